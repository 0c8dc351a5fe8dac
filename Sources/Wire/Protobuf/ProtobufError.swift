/// Why bytes or JSON are not a message, or a message cannot be written.
///
/// The text names fields and limits, never values: it may be shown to the peer.
public struct ProtobufError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What went wrong, for programs.
  public struct Kind: Sendable, Hashable {
    private let raw: UInt8

    /// The bytes are not protobuf of this type.
    public static let malformed = Kind(raw: 0)
    /// A string field holds bytes that are not UTF-8.
    public static let invalidUTF8 = Kind(raw: 1)
    /// Messages are nested deeper than the limit.
    public static let tooDeep = Kind(raw: 2)
    /// Decoding would take more memory than the limit.
    public static let overBudget = Kind(raw: 3)
    /// The text is not the JSON of this type.
    public static let invalidJSON = Kind(raw: 4)
    /// The JSON, or a path, names a field the type does not have.
    public static let unknownField = Kind(raw: 5)
    /// The message holds a value its JSON or binary form cannot carry.
    public static let unrepresentable = Kind(raw: 6)
  }

  /// What went wrong, for programs.
  public let kind: Kind
  /// What went wrong, for people: lower case.
  public let message: String
  /// Where in the JSON, like `agent.voice.speed` or `items[2].n`; empty when not known.
  public let path: String

  /// An error of a kind with its text, and the place in the JSON it is about.
  public init(_ kind: Kind, _ message: String, path: String = "") {
    self.kind = kind
    self.message = message
    self.path = path
  }

  /// The path, when there is one, and the message.
  public var description: String { path.isEmpty ? message : "\(path): \(message)" }
}

extension ProtobufError {
  static func malformed(_ message: String) -> ProtobufError { ProtobufError(.malformed, message) }
}
