/// Why a piece of HTTP text was refused; the message names the place, never the peer's own bytes.
public struct HTTPError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of text was at fault.
  public enum Kind: Sendable, Equatable {
    case field
    case url
    case percentCoding
    case form
    case multipart
    case tooLarge
  }

  /// What went wrong, for programs.
  public let kind: Kind
  /// What went wrong, for people: lower case.
  public let message: String

  /// An error of `kind` whose `message` is lower case and holds no personal data.
  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  public var description: String { message }
}
