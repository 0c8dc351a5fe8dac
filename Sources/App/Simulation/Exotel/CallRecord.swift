package import Buffers

/// One call as Exotel's own database knows it.
package struct CallRecord: Sendable, Equatable {
  /// The words of Exotel's status vocabulary for a call.
  package enum Status: String, Sendable {
    case queued
    case ringing
    case inProgress = "in-progress"
    case completed
    case failed
    case busy
    case noAnswer = "no-answer"
  }

  /// Who called whom, in the vendor's words.
  package enum Direction: String, Sendable {
    case outbound = "outbound-api"
    case inbound
  }

  package let sid: String
  package let accountSid: String
  package let direction: Direction
  package private(set) var request: ConnectRequest
  /// Seconds since 1970.
  package let created: Int
  package var updated: Int
  package var status: Status = .queued
  package var answered: Int?
  package var ended: Int?
  package var answeredBy = "NA"
  /// Duration, price and end are shown only when billing has caught up.
  package var isSettled = false

  package init(sid: String, accountSid: String, request: ConnectRequest, created: Int) {
    self.sid = sid
    self.accountSid = accountSid
    self.request = request
    direction = if case .applet = request.mode { .inbound } else { .outbound }
    self.created = created
    updated = created
  }

  /// The flow of an incoming call has named its stream.
  package mutating func stream(to url: String) { request.mode = .voiceAI(streamURL: url) }

  /// Whether nothing will change any more but the billing.
  package var isOver: Bool { ended != nil }

  /// Seconds between answer and end; 0 for a call nobody answered.
  package var conversationSeconds: Int {
    guard let answered, let ended else { return 0 }
    return max(0, ended - answered)
  }

  package var recordingURL: String? {
    guard request.isRecorded, isOver, answered != nil else { return nil }
    return "https://recordings.exotel.com/exotelrecordings/\(accountSid)/\(sid).mp3"
  }
}

extension CallRecord {
  /// The `Call` object of the REST API. A call that was only accepted says `in-progress`, as
  /// the real service does.
  package func json(details: Bool = false) -> JSONValue {
    let shown: Status = status == .queued || status == .ringing ? .inProgress : status
    var members: [(String, JSONValue)] = [
      ("Sid", .string(sid)), ("ParentCallSid", .null),
      ("DateCreated", .string(IndianTime.text(created))),
      ("DateUpdated", .string(IndianTime.text(updated))),
      ("AccountSid", .string(accountSid)), ("To", secondNumber ?? .null),
      ("From", request.from.map { .string(PhoneDigits.national($0)) } ?? .null),
      ("PhoneNumberSid", .string(PhoneDigits.national(request.callerID))),
      ("Status", .string(shown.rawValue)), ("StartTime", .string(IndianTime.text(created))),
    ]
    members += settledMembers
    members += [
      ("Direction", .string(direction.rawValue)),
      ("AnsweredBy", answered == nil ? .null : .string(answeredBy)),
      ("ForwardedFrom", .null), ("CallerName", .null),
      ("Uri", .string("/v1/Accounts/\(accountSid)/Calls.json/\(sid)")),
      ("CustomField", request.customField.map { .string($0) } ?? .null),
      ("RecordingUrl", isSettled ? recordingURL.map { .string($0) } ?? .null : .null),
    ]
    if details { members.append(("Details", detailMembers)) }
    return .object(JSONObject(members))
  }

  private var settledMembers: [(String, JSONValue)] {
    guard isSettled, let ended else {
      return [("EndTime", .null), ("Duration", .null), ("Price", .null)]
    }
    let seconds = conversationSeconds
    let tenths = (seconds + 59) / 60 * 6
    return [
      ("EndTime", .string(IndianTime.text(ended))), ("Duration", .string(String(seconds))),
      ("Price", .string("\(tenths / 10).\(tenths % 10)00")),
    ]
  }

  private var detailMembers: JSONValue {
    let leg: JSONValue = ["Leg": ["Id": 1, "OnCallDuration": .int(conversationSeconds)]]
    return [
      "ConversationDuration": .int(conversationSeconds), "Leg1Status": .string(status.rawValue),
      "Leg2Status": .null, "Legs": isSettled ? [leg] : [],
    ]
  }

  private var secondNumber: JSONValue? {
    switch (direction, request.mode) {
    case (.inbound, _): .string(PhoneDigits.national(request.callerID))
    case (.outbound, .twoNumbers(let to)): .string(PhoneDigits.national(to))
    default: nil
    }
  }
}
