/// What went wrong while making or reading speech.
package struct VoicesError: Error, Equatable, CustomStringConvertible {
  /// The step that failed.
  package enum Kind: Sendable, Equatable {
    case engineUnavailable
    case unknownVoice
    case synthesisFailed
    case recognitionFailed
  }

  package let kind: Kind
  /// Lower case, without the spoken text itself.
  package let message: String

  package init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  package var description: String { "\(kind): \(message)" }
}
