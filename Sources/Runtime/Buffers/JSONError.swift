/// Why some bytes are not JSON.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Where the fault is, in bytes from the start.
  public let offset: Int
  /// What was expected or found; never a piece of the text.
  public let message: String

  init(_ message: String, at offset: Int) {
    self.offset = offset
    self.message = message
  }

  public var description: String { "\(message) at byte \(offset)" }
}
