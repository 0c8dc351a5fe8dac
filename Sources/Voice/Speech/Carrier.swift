/// The carrier's own name for a call.
package struct CarrierCallID: RawRepresentable, Hashable, Sendable {
  package let rawValue: String
  package init(rawValue: String) { self.rawValue = rawValue }
}

/// What to dial. Numbers are E.164 (`+91…`); a vendor turns them into its own forms.
package struct PlaceCallRequest: Sendable {
  /// Our id: echoed in callbacks and used to find the call again after an unclear failure.
  package var callID: String
  package var to: String
  package var from: String
  /// Where the carrier opens the media WebSocket when the callee answers.
  package var streamURL: String
  package var statusCallbackURL: String
  package var ringTimeout: Duration
  package var timeLimit: Duration

  package init(
    callID: String, to: String, from: String, streamURL: String, statusCallbackURL: String,
    ringTimeout: Duration = .seconds(45), timeLimit: Duration = .seconds(600)
  ) {
    self.callID = callID
    self.to = to
    self.from = from
    self.streamURL = streamURL
    self.statusCallbackURL = statusCallbackURL
    self.ringTimeout = ringTimeout
    self.timeLimit = timeLimit
  }
}

/// Where a call stands according to the carrier.
package enum CarrierCallStatus: Sendable, Hashable {
  case queued, ringing, inProgress, completed, failed, busy, noAnswer, canceled
  case unrecognized(String)

  /// The carrier will not report another status after this one.
  package var isTerminal: Bool {
    switch self {
    case .completed, .failed, .busy, .noAnswer, .canceled: true
    case .queued, .ringing, .inProgress, .unrecognized: false
    }
  }
}

/// One call as the carrier's own records describe it; fields fill in up to minutes after its end.
package struct CarrierCall: Sendable {
  package var id: CarrierCallID
  package var status: CarrierCallStatus
  /// Our id, as the carrier echoes it.
  package var callID: String?
  /// Seconds since 1970.
  package var startedAt: Int64?
  package var endedAt: Int64?
  package var duration: Duration?
  /// Decimal text in the account's currency, kept exactly ("1.500").
  package var price: String?
  package var recordingURL: String?

  package init(id: CarrierCallID, status: CarrierCallStatus) {
    self.id = id
    self.status = status
  }
}

/// What a carrier tells about a call by callback.
package struct CarrierStatusEvent: Sendable {
  package enum Kind: Sendable, Hashable {
    case ringing, answered, terminal
    case other(String)
  }

  package var id: CarrierCallID
  package var kind: Kind
  package var status: CarrierCallStatus
  /// Our id, as the carrier echoes it; nil in minimal callbacks.
  package var callID: String?
  /// Time both sides were connected; terminal events only.
  package var conversation: Duration?
  package var recordingURL: String?
  /// Who picked up: "human", "machine", "notsure", "na" in lower case; nil when not told.
  package var answeredBy: String?
  /// Equal for repeated deliveries of one event.
  package var deduplicationKey: String

  package init(
    id: CarrierCallID, kind: Kind, status: CarrierCallStatus, deduplicationKey: String
  ) {
    self.id = id
    self.kind = kind
    self.status = status
    self.deduplicationKey = deduplicationKey
  }
}

/// A telephone company with an HTTP interface. Safe from any task.
package protocol Carrier: Sendable {
  /// Asks for a call and returns the carrier's id once it is accepted, which is not yet answered.
  ///
  /// Throws `SpeechError`; `outcomeUnknown` means a call may exist and must not be dialled again blindly.
  func placeCall(_ request: PlaceCallRequest) async throws -> CarrierCallID
  /// The carrier's record of a call; nil when it knows none by that id.
  func fetchCall(_ id: CarrierCallID) async throws -> CarrierCall?
  /// Finds the call placed for our `callID` to `number` (E.164) not earlier than `since` (seconds since 1970).
  func findCall(callID: String, to number: String, since: Int64) async throws -> CarrierCall?
}

/// A callback request as it arrived: `headers` answers by lower-case name, `body` is untouched.
package struct CarrierCallbackRequest: Sendable {
  package var query: [String: String]
  package var headers: [String: String]
  package var body: [UInt8]

  package init(query: [String: String], headers: [String: String], body: [UInt8]) {
    self.query = query
    self.headers = headers
    self.body = body
  }
}

/// A status event whose sender proved itself.
package struct VerifiedCarrierEvent: Sendable {
  package enum Proof: Sendable, Equatable {
    /// The URL's capability token; the receiver must also check that the event's carrier id is the
    /// one stored for this call, and hold or refuse the event when none is stored yet.
    case capability(callID: String)
    /// A MAC over the whole body; the body may be believed as it is.
    case bodySignature
  }
  package let event: CarrierStatusEvent
  package let proof: Proof

  package init(event: CarrierStatusEvent, proof: Proof) {
    self.event = event
    self.proof = proof
  }
}

/// Why a callback was not accepted.
package enum CarrierCallbackRefusal: Error, Sendable, Equatable {
  /// Answer 401 and change nothing.
  case unauthenticated
  /// Answer 413.
  case tooLarge
  /// Answer 400; the text names what is wrong, without values.
  case malformed(String)
}

/// The receiving side of a carrier's status callbacks; pure.
package protocol CarrierCallbacks: Sendable {
  /// The URL to give the carrier for this call, below `base` (scheme, host and port, no slash at its end).
  func statusCallbackURL(base: String, callID: String) -> String
  /// Verifies and reads one callback.
  func verify(_ request: CarrierCallbackRequest) throws(CarrierCallbackRefusal)
    -> VerifiedCarrierEvent
}
