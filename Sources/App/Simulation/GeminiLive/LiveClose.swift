/// A close of the Live socket: the code and the text real clients see.
package struct LiveClose: Error, Sendable, Equatable {
  package let code: UInt16
  /// At most 123 bytes, the limit of a close frame.
  package let reason: String

  package init(_ code: UInt16, _ reason: String) {
    self.code = code
    self.reason = String(decoding: reason.utf8.prefix(123), as: UTF8.self)
  }

  package static let normal = LiveClose(1_000, "")
  package static let invalidArgument = LiveClose(1_007, "Request contains an invalid argument.")
  package static let invalidKey = LiveClose(
    1_007, "API key not valid. Please pass a valid API key.")
  package static let expiredKey = LiveClose(1_007, "API key expired. Please renew the API key.")
  package static let unknownSession = LiveClose(1_008, "BidiGenerateContent session not found")
  package static let internalError = LiveClose(1_011, "Internal error encountered.")
  package static let quota = LiveClose(
    1_011, "You exceeded your current quota, please check your plan and billing details.")
  package static let deadline = LiveClose(
    1_011, "Deadline expired before operation could complete.")
  package static let unavailable = LiveClose(1_011, "The service is currently unavailable.")

  package static func unknownModel(_ name: String, version: String) -> LiveClose {
    LiveClose(
      1_008,
      "\(name) is not found for API version \(version), or is not supported for bidiGenerateContent."
    )
  }

  /// An unsupported field, in the words of the JSON decoder.
  package static func unknownField(_ name: String) -> LiveClose {
    LiveClose(1_007, "Invalid JSON payload received. Unknown name \"\(name)\": Cannot find field.")
  }

  /// The rows of the vendor's close table by the name a fault switch uses.
  package static let named: [String: LiveClose] = [
    "normal": .normal, "invalid_argument": .invalidArgument, "invalid_key": .invalidKey,
    "expired_key": .expiredKey, "unknown_session": .unknownSession,
    "unknown_model": unknownModel("models/gone", version: "v1beta"),
    "internal": .internalError, "quota": .quota, "deadline": .deadline,
    "unavailable": .unavailable,
  ]
}
