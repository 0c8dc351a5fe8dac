internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// Refuses, in a sentence, what Swift would refuse in many that name generated lines.
struct Checks {
  let context: SchemaContext

  func run() throws {
    for file in context.valued {
      try checkTop(of: file)
      let scope = context.scope(in: file)
      try check(scope, file.name)
      for message in file.messages { try check(message, in: scope) }
      for service in file.services {
        let name = SwiftNames.namespace(file.package) + [SwiftNames.type(service, "Serving")]
        try checkDistinct(SwiftNames.methods(service), in: name.joined(separator: "."))
      }
      for method in file.services.flatMap(\.methods) {
        try check(method.inputType, of: "method \(method.fullName) takes")
        try check(method.outputType, of: "method \(method.fullName) returns")
      }
    }
    for file in context.files { try checkImports(of: file) }
  }

  private func checkTop(of file: FileDescriptor) throws {
    for name in SwiftNames.top(file) where CBridge.types.contains(name) {
      throw GeneratorError(
        "\(file.name): \(name) at the top of a module would hide the \(name) that all of it uses; "
          + "give the file another package")
    }
  }

  private func check(_ message: Descriptor, in outer: Scope) throws {
    let scope = outer.inside(message)
    try check(scope, message.fullName)
    let name = SwiftNames.full(message)
    try checkDistinct(SwiftNames.types(message), in: name)
    try checkDistinct(SwiftNames.properties(message), in: name)
    for oneof in message.realOneofs {
      try checkDistinct(SwiftNames.cases(oneof), in: name + "." + SwiftNames.oneofType(oneof))
    }
    for field in message.fields {
      try check(field.messageType, of: "field \(field.fullName) has")
    }
    for nested in message.messages { try check(nested, in: scope) }
  }

  private func checkDistinct(_ names: [(swift: String, proto: String)], in place: String) throws {
    var taken: [String: String] = [:]
    for (swift, proto) in names {
      guard let other = taken.updateValue(proto, forKey: swift) else { continue }
      throw GeneratorError("\(other) and \(proto) would both be \(place).\(swift) in Swift")
    }
  }

  private func check(_ scope: Scope, _ place: String) throws {
    guard let (name, module) = scope.lostParent else { return }
    throw GeneratorError(
      "\(place): types called \(name) and \(module) together leave no way to say "
        + "\(module)'s own \(name); rename one")
  }

  private func check(_ type: Descriptor?, of what: String) throws {
    guard let type, type.file.edition != .proto3 else { return }
    throw GeneratorError(
      "\(what) the type \(type.fullName) of \(type.file.name), which is a proto2 file; "
        + "of those only the descriptor is generated")
  }

  private func checkImports(of file: FileDescriptor) throws {
    for used in file.dependencies where !context.settings.provides(used) {
      guard context.files.contains(where: { $0.name == used.name }) else {
        throw GeneratorError("\(file.name) imports \(used.name), which has to be given too")
      }
    }
  }
}
