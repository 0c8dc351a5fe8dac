internal import Protobuf

/// A field reached from a message type through singular message fields.
struct FieldPath: Sendable {
  /// Why a path leads nowhere; told in a sentence about the path.
  struct Failure: Error {
    let message: String
  }

  let fields: [FieldType]
  /// Proto names: the one spelling under which two paths are compared.
  let name: String
  /// As errors name it to REST callers.
  let jsonName: String

  var leaf: FieldType { fields[fields.count - 1] }
  var first: FieldType { fields[0] }

  /// Resolves names, each the JSON or the proto one; at most 16 of them. In rules, which are
  /// `declared` in proto files, the proto name comes first.
  init(
    _ names: [some StringProtocol], in type: MessageType, declared: Bool = false
  ) throws(Failure) {
    guard names.count <= 16 else { throw Failure(message: "is deeper than 16 fields") }
    var fields: [FieldType] = []
    var type: MessageType? = type
    for name in names {
      if let last = fields.last, last.isRepeated || last.isMap {
        throw Failure(message: "passes through the repeated field \"\(last.name)\"")
      }
      if let last = fields.last, last.isSpecialJSON {
        throw Failure(
          message: "passes through \"\(last.name)\", which has no fields of its own here")
      }
      guard let owner = type else {
        throw Failure(message: "passes through \"\(fields.last?.name ?? "")\", which has no fields")
      }
      let name = String(name)
      guard let field = declared ? owner.field(declared: name) : owner.field(named: name) else {
        throw Failure(message: "names no field of \(owner.fullName)")
      }
      fields.append(field)
      type = field.messageType
    }
    self.init(fields: fields)
  }

  private init(fields: [FieldType]) {
    self.fields = fields
    name = fields.map(\.name).joined(separator: ".")
    jsonName = fields.map(\.jsonName).joined(separator: ".")
  }

  /// A path of one field.
  init(single field: FieldType) { self.init(fields: [field]) }

  /// The path below its first field.
  var belowFirst: FieldPath { FieldPath(fields: Array(fields.dropFirst())) }

  /// Whether both lead to the same field or one leads into the other.
  func overlaps(_ other: FieldPath) -> Bool {
    let names = fields.map(\.name)
    let others = other.fields.map(\.name)
    return names.starts(with: others) || others.starts(with: names)
  }
}
