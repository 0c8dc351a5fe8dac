/// The URL of a flow's Voicebot applet, asked for the stream when somebody rings the ExoPhone.
package struct VoicebotApplet: Sendable, Equatable {
  /// How the URL is asked.
  package enum Method: String, Sendable {
    /// The fields are in the query.
    case get = "GET"
    /// The fields are a form in the body.
    case post = "POST"
  }

  /// What `To` says: a line of the vendor's own behind the ExoPhone, as in live captures.
  static let trunk = "09500000000"

  /// With http or https; user information in it is sent as Basic credentials.
  package let url: String
  package let method: Method

  /// What the vendor tells about the call, in its order; `now` is in seconds since 1970. A withheld
  /// number is empty, and the account is not named.
  package static func fields(of record: CallRecord, at now: Int) -> [(String, String)] {
    let caller = record.request.from.map(PhoneDigits.national) ?? ""
    return [
      ("CallSid", record.sid), ("CallFrom", caller),
      ("CallTo", PhoneDigits.national(record.request.callerID)), ("Direction", "incoming"),
      ("Created", IndianTime.longText(record.created)), ("DialWhomNumber", ""),
      ("HangupLatencyStartTimeExocc", ""), ("HangupLatencyStartTime", ""), ("ServerCode", ""),
      ("From", caller), ("To", trunk), ("CurrentTime", IndianTime.text(now)),
    ]
  }
}
