internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// How proto names are spelled in Swift.
enum SwiftNames {
  /// `payaid/voice/v1/agents.proto` -> `payaid_voice_v1_agents`.
  static func fileStem(_ file: FileDescriptor) -> String {
    let stem = file.name.hasSuffix(".proto") ? String(file.name.dropLast(6)) : file.name
    return stem.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
  }

  /// The enum that has the descriptor of a file: `PayaidVoiceV1AgentsFile`.
  static func fileType(_ file: FileDescriptor) -> String {
    sayable(upperCamel(fileStem(file)) + "File")
  }

  /// `payaid.voice.v1` -> `["Payaid", "Voice", "V1"]`; a file without package is in `Unpackaged`.
  static func namespace(_ package: String) -> [String] {
    package.isEmpty
      ? ["Unpackaged"] : package.split(separator: ".").map { type(upperCamel(String($0))) }
  }

  /// The whole Swift name of a message: `Payaid.Voice.V1.Agent`.
  static func full(_ message: Descriptor) -> String {
    guard let outer = message.containingType else {
      return (namespace(message.file.package) + [type(message.name)]).joined(separator: ".")
    }
    return full(outer) + "." + type(message.name)
  }

  /// The whole Swift name of an enum.
  static func full(_ enumeration: EnumDescriptor) -> String {
    guard let outer = enumeration.containingType else {
      let names = namespace(enumeration.file.package) + [type(enumeration.name)]
      return names.joined(separator: ".")
    }
    return full(outer) + "." + type(enumeration.name)
  }

  /// A type's own name, changed only where Swift could not say it.
  static func type(_ name: String) -> String {
    let name = name.first?.isLowercase == true || name.contains("_") ? upperCamel(name) : name
    return ["Type", "Protocol", "Self"].contains(name) ? name + "_" : sayable(name)
  }

  /// `display_name` -> `displayName`.
  static func property(_ name: String) -> String {
    let camel = lowerCamel(name)
    return reservedMembers.contains(camel) ? camel + "_" : sayable(camel)
  }

  /// The name of a method; `binding` is that of its whole service.
  static func method(_ method: MethodDescriptor) -> String {
    let name = property(method.name)
    return name == "binding" ? name + "_" : name
  }

  /// A type made of a service: its `Serving`, `Binding` or `Client`.
  static func type(_ service: ServiceDescriptor, _ role: String) -> String {
    type(service.name + role)
  }

  /// The type of a oneof, named after it; `OneOf` is added where a nested type has the name.
  static func oneofType(_ oneof: OneofDescriptor) -> String {
    let name = type(upperCamel(oneof.name))
    let message = oneof.containingType!
    let taken = message.messages.map { type($0.name) } + message.enums.map { type($0.name) }
    let isTaken = taken.contains(name) || ["String", "Error", "Data"].contains(name)
    return isTaken ? name + "OneOf" : name
  }

  /// The types that a file puts into its namespace, with what they are in proto.
  static func types(_ file: FileDescriptor) -> [(swift: String, proto: String)] {
    file.messages.map { (type($0.name), "message \($0.fullName)") }
      + file.enums.map { (type($0.name), "enum \($0.fullName)") }
      + file.services.flatMap { service in
        ["Serving", "Binding", "Client"].map { role in
          (type(service, role), "the \(role) of service \(service.fullName)")
        }
      }
  }

  /// What a file puts at the top of its module: its namespace, and the C structs that have none.
  static func top(_ file: FileDescriptor) -> [String] {
    let structs = file.package.isEmpty ? file.messages.map { CNames.type($0.fullName) } : []
    return [namespace(file.package)[0]] + structs
  }

  /// The types that the struct of a message has, with what they are in proto.
  static func types(_ message: Descriptor) -> [(swift: String, proto: String)] {
    message.messages.filter { !$0.options.mapEntry }.map {
      (type($0.name), "message \($0.fullName)")
    }
      + message.enums.map { (type($0.name), "enum \($0.fullName)") }
      + message.realOneofs.map { (oneofType($0), "oneof \($0.fullName)") }
  }

  /// The properties that the struct of a message has, with what they are in proto.
  static func properties(_ message: Descriptor) -> [(swift: String, proto: String)] {
    message.fields.filter { $0.realContainingOneof == nil }.map {
      (property($0.name), "field \($0.fullName)")
    }
      + message.realOneofs.map { (property($0.name), "oneof \($0.fullName)") }
  }

  /// The cases that the enum of a oneof has, with what they are in proto.
  static func cases(_ oneof: OneofDescriptor) -> [(swift: String, proto: String)] {
    oneof.fields.map { (property($0.name), "field \($0.fullName)") }
  }

  /// The methods that the types made of a service have, with what they are in proto.
  static func methods(_ service: ServiceDescriptor) -> [(swift: String, proto: String)] {
    service.methods.map { (method($0), "method \($0.fullName)") }
  }

  /// `CALL_STATE_READY` of `CallState` -> `ready`.
  static func enumCase(_ value: EnumValueDescriptor) -> String {
    let prefix = screamingSnake(value.enumType.name) + "_"
    var name = value.name
    if name.hasPrefix(prefix), let first = name.dropFirst(prefix.count).first, first.isLetter {
      name = String(name.dropFirst(prefix.count))
    }
    return property(lowerCamel(name.lowercased()))
  }

  static func upperCamel(_ name: String) -> String {
    name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  static func lowerCamel(_ name: String) -> String {
    let camel = upperCamel(name)
    let isShouted = camel.allSatisfy { !$0.isLowercase }
    if isShouted { return camel.lowercased() }
    return camel.prefix(1).lowercased() + camel.dropFirst()
  }

  private static func screamingSnake(_ name: String) -> String {
    var result = ""
    var previous: Character?
    for character in name {
      if character.isUppercase, let last = previous, last.isLowercase || last.isNumber {
        result += "_"
      }
      result += character.uppercased()
      previous = character
    }
    return result
  }

  /// The name as an identifier: it does not begin with a digit, and keywords are quoted.
  private static func sayable(_ name: String) -> String {
    let name = name.first?.isNumber == false ? name : "_" + name
    return keywords.contains(name) ? "`\(name)`" : name
  }

  /// Members every generated type has, or that Swift gives a meaning of its own.
  private static let reservedMembers: Set<String> = [
    "init", "self", "unknownFields", "rawValue", "unrecognized", "allCases", "messageType",
    "enumType", "hashValue", "fill", "with",
  ]

  private static let keywords: Set<String> = [
    "Any", "_", "as", "associatedtype", "await", "break", "case", "catch", "class", "continue",
    "default", "defer", "deinit", "do", "else", "enum", "extension", "fallthrough", "false",
    "fileprivate", "for", "func", "guard", "if", "import", "in", "inout", "internal", "is", "let",
    "nil", "operator", "precedencegroup", "private", "protocol", "public", "repeat", "rethrows",
    "return", "static", "struct", "subscript", "super", "switch", "throw", "throws", "true",
    "try", "typealias", "var", "where", "while",
  ]
}
