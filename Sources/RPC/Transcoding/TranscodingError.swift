/// Why a route table could not be built. It is found at start, never while serving.
package struct TranscodingError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Kind: Sendable, Equatable {
    /// The template does not follow the grammar; the column counts bytes from 1.
    case syntax(column: Int)
    /// A variable, `body` or `response_body` names a field that is missing or cannot be bound.
    case field
    /// Two rules take the same requests.
    case duplicate
    /// A rule that can never serve a request.
    case deadRule
  }

  package let kind: Kind
  package let message: String

  package init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  package var description: String { message }

  /// The same error told as a sentence about `method`.
  func naming(_ method: String, _ rule: String) -> TranscodingError {
    TranscodingError(kind, "\(method): rule \"\(rule)\": \(message)")
  }
}
