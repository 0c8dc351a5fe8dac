/// The message types an `Any` may hold, by full name.
public struct TypeRegistry: Sendable {
  private let types: [String: MessageType]

  /// The types of these files and of all they import.
  public init(_ files: [FileDescriptor]) {
    var types: [String: MessageType] = [:]
    for file in files.flatMap(\.closure) {
      for type in file.messages { types[type.fullName] = type }
    }
    self.types = types
  }

  /// The type of a full name, without a leading dot.
  public func message(named fullName: String) -> MessageType? { types[fullName] }

  /// The type of an `Any`'s URL: what follows the last slash counts.
  public func message(url: String) -> MessageType? {
    guard let slash = url.lastIndex(of: "/") else { return nil }
    return types[String(url[url.index(after: slash)...])]
  }
}
