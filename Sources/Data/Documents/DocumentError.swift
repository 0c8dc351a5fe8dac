/// Why a document gives no text. The message is for whoever uploaded it, and has nothing of the
/// document in it.
package struct DocumentError: Error, Sendable, CustomStringConvertible {
  package enum Kind: Sendable, CaseIterable {
    /// It is damaged, or not what it says it is.
    case unreadable
    /// It opens with a password only.
    case encrypted
    /// It has more text, or takes more work, than is allowed.
    case tooLarge
    /// It is whole and has no text, as a scan.
    case noText
    /// Nothing is wrong with it: this server cannot read its kind now. `cause` says why.
    case unavailable
  }

  package let kind: Kind
  package let message: String
  package let cause: (any Error)?

  package init(_ kind: Kind, _ message: String, cause: (any Error)? = nil) {
    self.kind = kind
    self.message = message
    self.cause = cause
  }

  package var description: String { message }
}
