internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// A place in generated code, which decides how types are spelled there.
///
/// Swift looks for a type among those of the structs and the namespace around a place before it
/// looks among those of modules. A name that would find another type there gets the module's:
/// `Shop::Order.V1.Item` where `Order` is a message. Every other name stays plain.
struct Scope {
  let settings: Settings
  /// What hides types of other modules: namespaces, and the C structs of messages without package.
  let top: Set<String>
  /// What hides those, and the namespaces too: the types around the place.
  var near: Set<String> = []

  /// The place between the braces of a message's struct.
  func inside(_ message: Descriptor) -> Scope {
    var scope = self
    scope.near.formUnion(SwiftNames.types(message).map(\.swift))
    return scope
  }

  func name(of message: Descriptor) -> String {
    own(SwiftNames.full(message), settings.rootModule(of: message.file))
  }

  func name(of enumeration: EnumDescriptor) -> String {
    own(SwiftNames.full(enumeration), settings.rootModule(of: enumeration.file))
  }

  /// The enum that has the descriptor of a file of this module.
  func name(of file: FileDescriptor) -> String {
    own(SwiftNames.fileType(file), settings.module)
  }

  func swift(_ name: String) -> String { foreign(name, "Swift") }
  func protobuf(_ name: String) -> String { foreign(name, "Protobuf") }
  func rpcCore(_ name: String) -> String { foreign(name, "RPCCore") }
  func rpcProtobuf(_ name: String) -> String { foreign(name, "RPCProtobuf") }

  /// The C struct of a message; one without package may be called like anything else.
  func cType(_ message: Descriptor) -> String {
    let name = CNames.type(message.fullName)
    return name.contains("__") ? name : "\(settings.cModule)::\(name)"
  }

  /// A protocol that a declaration here conforms to. There Swift 6.3 overlooks the selector of a
  /// module, so a hidden one becomes `Swift.Sendable`.
  func parent(_ name: String) -> String {
    hides(name) ? Self.parents[name]! + "." + name : name
  }

  /// A protocol that `parent` cannot name here, and its module.
  var lostParent: (key: String, value: String)? {
    Self.parents.sorted { $0.key < $1.key }.first { hides($0.key) && hides($0.value) }
  }

  /// The protocols that generated types conform to, with their modules.
  private static let parents = [
    "Equatable": "Swift", "ProtobufEnum": "Protobuf", "ProtobufMessage": "Protobuf",
    "RPCService": "RPCCore", "Sendable": "Swift",
  ]

  /// Whether another module's type of that name is not found here.
  private func hides(_ name: String) -> Bool { near.contains(name) || top.contains(name) }

  private func own(_ name: String, _ module: String) -> String {
    let first = String(name.split(separator: ".")[0])
    return near.contains(first) ? "\(module)::\(name)" : name
  }

  private func foreign(_ name: String, _ module: String) -> String {
    hides(name) ? "\(module)::\(name)" : name
  }
}
