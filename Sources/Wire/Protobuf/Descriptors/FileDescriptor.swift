/// A proto file: its original descriptor, and the types and services made from it.
public final class FileDescriptor: Sendable {
  enum Named {
    case message(MessageType)
    case enumeration(EnumType)
  }

  /// The import path, like `google/rpc/status.proto`.
  public let name: String
  /// The proto package; empty when there is none.
  public let package: String
  /// The serialized `google.protobuf.FileDescriptorProto` as protoc made it, without source info.
  public let serialized: [UInt8]
  /// The files this one imports.
  public let dependencies: [FileDescriptor]
  /// All message types, nested ones after the type around them.
  public let messages: [MessageType]
  /// All enum types, nested ones included.
  public let enums: [EnumType]
  /// The services that the file declares.
  public let services: [ServiceType]
  /// The types of this file and of all it imports: what an `Any` in its messages may hold.
  public let registry: TypeRegistry
  /// Full names of the extensions declared at the top level of the file, with their number.
  public let extensions: [Extension]

  /// An extension declared in a file; kept for reflection only.
  public struct Extension: Sendable {
    /// With the package, without a leading dot.
    public let fullName: String
    /// Full name of the message it extends.
    public let extendee: String
    /// The number of the extension's field.
    public let number: Int
  }

  /// The file of an embedded descriptor; for generated code.
  ///
  /// - Parameters:
  ///   - descriptor: serialized `FileDescriptorProto`, immortal.
  ///   - count: its bytes.
  ///   - messages: pointers to the `ProtobufCMessageDescriptor` of each message type, outer before
  ///     nested; empty for a file that only reflection shows.
  ///   - messageCount: how many pointers there are.
  ///   - dependencies: the files that it imports.
  public init(
    unsafeDescriptor descriptor: UnsafePointer<UInt8>, count: Int,
    messages: UnsafeRawPointer?, messageCount: Int, dependencies: [FileDescriptor]
  ) {
    serialized = unsafe Array(UnsafeBufferPointer(start: descriptor, count: count))
    guard let parsed = try? DescriptorParser.file(serialized) else {
      fatalError("our bug: an embedded descriptor does not parse")
    }
    precondition(
      messageCount == 0 || messageCount == parsed.messages.count,
      "our bug: \(parsed.name) has \(parsed.messages.count) messages, not \(messageCount)")
    name = parsed.name
    package = parsed.package
    self.dependencies = dependencies
    enums = parsed.enums
    services = parsed.services
    extensions = parsed.extensions
    let anchor = FileAnchor()
    let pointers = unsafe messages?.assumingMemoryBound(to: UnsafeRawPointer?.self)
    self.messages = parsed.messages.enumerated().map { index, message in
      let c = unsafe index < messageCount ? pointers?[index] : nil
      return unsafe MessageType(message, anchor: anchor, c: c)
    }
    registry = TypeRegistry(dependencies.map(\.registry), adding: self.messages)
    anchor.file = self
    link()
  }

  private func link() {
    var named: [String: Named] = [:]
    for type in enums { named[type.fullName] = .enumeration(type) }
    for type in messages { named[type.fullName] = .message(type) }
    for type in messages { type.link { named[$0] ?? Self.find($0, in: self.dependencies) } }
  }

  private static func find(_ name: String, in files: [FileDescriptor]) -> Named? {
    var seen: Set<ObjectIdentifier> = []
    for file in files {
      if let found = file.find(name, &seen) { return found }
    }
    return nil
  }

  private func find(_ name: String, _ seen: inout Set<ObjectIdentifier>) -> Named? {
    guard seen.insert(ObjectIdentifier(self)).inserted else { return nil }
    if let type = messages.first(where: { $0.fullName == name }) { return .message(type) }
    if let type = enums.first(where: { $0.fullName == name }) { return .enumeration(type) }
    for file in dependencies {
      if let found = file.find(name, &seen) { return found }
    }
    return nil
  }

  /// This file and all it imports, each once.
  public var closure: [FileDescriptor] {
    var files: [FileDescriptor] = []
    var seen: Set<ObjectIdentifier> = []
    func visit(_ file: FileDescriptor) {
      guard seen.insert(ObjectIdentifier(file)).inserted else { return }
      for dependency in file.dependencies { visit(dependency) }
      files.append(file)
    }
    visit(self)
    return files
  }
}

/// Lets a file's types point back at it before the file is whole.
// Written once, by the file's initializer, before anybody else has the file.
final class FileAnchor: @unchecked Sendable {
  var file: FileDescriptor?
}

extension FileDescriptor {
  /// The enum of a full name declared in this file; asking for another is a bug of the caller.
  public func enumType(named fullName: String) -> EnumType {
    guard let type = enums.first(where: { $0.fullName == fullName }) else {
      fatalError("our bug: \(name) has no enum \(fullName)")
    }
    return type
  }
}
