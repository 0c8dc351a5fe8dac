/// The message types an `Any` may hold, by full name.
public struct TypeRegistry: Sendable {
  private let types: [String: MessageType]

  /// The types of these files and of all they import.
  public init(_ files: [FileDescriptor]) {
    self.init(files.map(\.registry), adding: [])
  }

  /// All types of some registries, and some more.
  init(_ registries: [TypeRegistry], adding messages: [MessageType]) {
    var types: [String: MessageType] = [:]
    for registry in registries { types.merge(registry.types) { first, _ in first } }
    for type in messages { types[type.fullName] = type }
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
