internal import Buffers
internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// A path template of `google.api.http` as OpenAPI writes paths: literals and one parameter for each
/// wildcard, since a parameter there holds one segment.
struct OpenAPIPath {
  struct Parameter {
    let name: String
    /// The field it is a part of, by JSON names.
    let fieldPath: [FieldDescriptor]
    /// Whether the whole field is this one segment, so that the field's own type describes it.
    let isWholeField: Bool
    let isRest: Bool
  }

  private(set) var text = ""
  private(set) var parameters: [Parameter] = []

  init(_ template: String, in input: Descriptor) throws {
    var rest = template[...]
    while let open = rest.firstIndex(of: "{") {
      guard let close = rest[open...].firstIndex(of: "}") else {
        throw GeneratorError("\(template): a variable is not closed")
      }
      text += rest[..<open]
      try variable(rest[rest.index(after: open)..<close], input, template)
      rest = rest[rest.index(after: close)...]
    }
    text += rest
  }

  private mutating func variable(
    _ source: Substring, _ input: Descriptor, _ template: String
  ) throws {
    let parts = source.split(separator: "=", maxSplits: 1)
    let path = try Self.fields(parts[0].split(separator: "."), in: input, template)
    let pattern = parts.count > 1 ? parts[1] : "*"
    let segments = pattern.split(separator: "/")
    let wildcards = segments.count { $0 == "*" || $0 == "**" }
    // The field's own name: `{agent.agent_id}` and `{agent_id}` must be one path, and dots in names
    // trip tools up.
    var stem = path.last?.json ?? ""
    if parameters.contains(where: { $0.name == stem }) {
      stem = path.map(\.json).joined(separator: "_")
    }
    var number = 0
    text += segments.map { segment in
      guard segment == "*" || segment == "**" else { return String(segment) }
      number += 1
      let name = wildcards > 1 ? "\(stem)_\(number)" : stem
      parameters.append(
        Parameter(
          name: name, fieldPath: path, isWholeField: segments.count == 1,
          isRest: segment == "**"))
      return "{\(name)}"
    }.joined(separator: "/")
  }

  private static func fields(
    _ names: [Substring], in input: Descriptor, _ template: String
  ) throws -> [FieldDescriptor] {
    var type: Descriptor? = input
    return try names.map { name in
      guard let field = type?.fields.first(where: { $0.name == name }) else {
        throw GeneratorError("\(template): there is no field \(name)")
      }
      type = field.messageType
      return field
    }
  }

  /// The fields the path binds, as proto paths.
  var boundFields: Set<String> {
    Set(parameters.map { $0.fieldPath.map(\.name).joined(separator: ".") })
  }
}

extension FieldDescriptor {
  /// The name in ProtoJSON.
  var json: String { jsonName ?? name }

  /// The values of `google.api.field_behavior` on the field.
  private var behaviors: Set<UInt64> {
    let options: [UInt8] = Array(options.unknownFields.data)
    let fields = (try? WireFields(options).fields) ?? []
    return Set(fields.filter { $0.number == 1052 }.flatMap { $0.varints })
  }

  var isRequiredByBehavior: Bool { behaviors.contains(2) }

  var isOutputOnly: Bool { behaviors.contains(3) }
}
