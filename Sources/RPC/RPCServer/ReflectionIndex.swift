internal import Protobuf
internal import RPCProtobuf

/// Finds proto files by name, by symbol and by extension, among the files of the served services.
struct ReflectionIndex: Sendable {
  /// Full names of the served services, sorted.
  let services: [String]
  private var filesByName: [String: FileDescriptor] = [:]
  private var filesBySymbol: [String: FileDescriptor] = [:]
  private var extensions: [String: [Int: FileDescriptor]] = [:]

  init(_ bindings: [ServiceBinding]) {
    services = bindings.map(\.name).sorted()
    for file in bindings.flatMap({ $0.file.closure }) { add(file) }
  }

  private mutating func add(_ file: FileDescriptor) {
    guard filesByName.updateValue(file, forKey: file.name) == nil else { return }
    for service in file.services {
      filesBySymbol[service.fullName] = file
      for method in service.methods { filesBySymbol["\(service.fullName).\(method.name)"] = file }
    }
    for message in file.messages {
      filesBySymbol[message.fullName] = file
      for field in message.fields { filesBySymbol["\(message.fullName).\(field.name)"] = file }
    }
    for type in file.enums { add(type, file) }
    for item in file.extensions {
      filesBySymbol[item.fullName] = file
      extensions[item.extendee, default: [:]][item.number] = file
    }
  }

  /// The names of enum values are siblings of their type, as in C++.
  private mutating func add(_ type: EnumType, _ file: FileDescriptor) {
    filesBySymbol[type.fullName] = file
    let scope = type.fullName.split(separator: ".").dropLast().joined(separator: ".")
    for value in type.values {
      filesBySymbol[scope.isEmpty ? value.name : "\(scope).\(value.name)"] = file
    }
  }

  func file(named name: String) -> FileDescriptor? { filesByName[name] }

  func file(containing symbol: String) -> FileDescriptor? { filesBySymbol[symbol] }

  func file(extending type: String, number: Int) -> FileDescriptor? { extensions[type]?[number] }

  /// The extension numbers of a message type; `nil` when no such type is known.
  func extensionNumbers(of type: String) -> [Int]? {
    if let known = extensions[type] { return known.keys.sorted() }
    return filesBySymbol[type] == nil ? nil : []
  }
}
