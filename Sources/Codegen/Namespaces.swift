internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// What lies directly in each namespace that the code of a module meets, imported ones included.
struct Namespaces {
  /// By namespace and Swift name, what it is in proto; the outermost namespaces lie in "".
  private var members: [String: [String: String]] = [:]

  init(_ files: [FileDescriptor], provided: Set<String>) throws {
    let files = Self.withImports(files).filter { $0.edition == .proto3 }
    for package in provided.union(files.map(\.package)) { try nest(package) }
    for file in files {
      let namespace = SwiftNames.namespace(file.package).joined(separator: ".")
      for (swift, proto) in SwiftNames.types(file) { try add(swift, proto, to: namespace) }
    }
  }

  /// The names of the types and of the further namespaces in that of a package.
  subscript(package: String) -> Set<String> {
    Set(members[SwiftNames.namespace(package).joined(separator: "."), default: [:]].keys)
  }

  private mutating func nest(_ package: String) throws {
    var outer: [String] = []
    for name in SwiftNames.namespace(package) {
      let path = (outer + [name]).joined(separator: ".")
      try add(name, "namespace \(path)", to: outer.joined(separator: "."))
      outer.append(name)
    }
  }

  private mutating func add(_ name: String, _ what: String, to namespace: String) throws {
    let other = members[namespace, default: [:]].updateValue(what, forKey: name) ?? what
    guard other == what else {
      throw GeneratorError("\(other) and \(what) would both be \(namespace).\(name) in Swift")
    }
  }

  private static func withImports(_ files: [FileDescriptor]) -> [FileDescriptor] {
    var all: [String: FileDescriptor] = [:]
    var open = files
    while let file = open.popLast() {
      if all.updateValue(file, forKey: file.name) == nil { open += file.dependencies }
    }
    return all.values.sorted { $0.name < $1.name }
  }
}
