internal import Buffers
internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// Schemas of what ProtoJSON writes in its own way: scalars and the well-known types.
enum OpenAPIWellKnown {
  /// A scalar; 64-bit numbers are strings.
  static func scalar(_ type: Google_Protobuf_FieldDescriptorProto.TypeEnum) -> JSONObject {
    switch type {
    case .bool: ["type": "boolean"]
    case .string: ["type": "string"]
    case .bytes: ["type": "string", "format": "byte", "contentEncoding": "base64"]
    case .int32, .sint32, .sfixed32:
      [
        "type": "integer", "format": "int32", "minimum": .int(Int32.min),
        "maximum": .int(Int32.max),
      ]
    case .uint32, .fixed32:
      ["type": "integer", "format": "int64", "minimum": 0, "maximum": .int(UInt32.max)]
    case .int64, .sint64, .sfixed64:
      ["type": "string", "format": "int64", "pattern": "^(0|-?[1-9][0-9]{0,18})$"]
    case .uint64, .fixed64:
      ["type": "string", "format": "uint64", "pattern": "^(0|[1-9][0-9]{0,19})$"]
    case .float:
      number([
        "type": "number", "format": "float", "minimum": -3.402823e38, "maximum": 3.402823e38,
      ])
    case .double: number(["type": "number", "format": "double"])
    default: [:]
    }
  }

  /// JSON has no infinities, so they have names.
  private static func number(_ finite: JSONValue) -> JSONObject {
    let names: JSONValue = ["type": "string", "enum": ["NaN", "Infinity", "-Infinity"]]
    return ["anyOf": [finite, names]]
  }

  /// What the keys of a map look like; nil for strings.
  static func keys(_ type: Google_Protobuf_FieldDescriptorProto.TypeEnum) -> JSONValue? {
    switch type {
    case .string: nil
    case .bool: ["enum": ["true", "false"]]
    default: ["pattern": "^-?[0-9]{1,20}$"]
    }
  }

  /// A message type with a JSON form of its own; nil for others.
  static func schema(_ fullName: String) -> JSONObject? {
    switch fullName {
    case "google.protobuf.Timestamp": ["type": "string", "format": "date-time"]
    case "google.protobuf.Duration":
      [
        "type": "string", "format": "duration-seconds",
        "pattern": "^-?[0-9]{1,11}(\\.[0-9]{1,9})?s$", "examples": ["1.5s"],
      ]
    case "google.protobuf.FieldMask":
      [
        "type": "string", "format": "field-mask",
        "pattern": "^(\\*|[a-z][A-Za-z0-9.]*(,[a-z][A-Za-z0-9.]*)*)?$",
        "examples": ["name,turnTaking.interruptionsDisabled"],
      ]
    case "google.protobuf.Empty": ["type": "object", "additionalProperties": false]
    case "google.protobuf.Struct": ["type": "object", "additionalProperties": true]
    case "google.protobuf.ListValue": ["type": "array", "items": [:]]
    case "google.protobuf.Value": [:]
    case "google.protobuf.Any":
      [
        "type": "object", "properties": ["@type": ["type": "string"]],
        "additionalProperties": true,
      ]
    case "google.protobuf.DoubleValue": scalar(.double)
    case "google.protobuf.FloatValue": scalar(.float)
    case "google.protobuf.Int64Value": scalar(.int64)
    case "google.protobuf.UInt64Value": scalar(.uint64)
    case "google.protobuf.Int32Value": scalar(.int32)
    case "google.protobuf.UInt32Value": scalar(.uint32)
    case "google.protobuf.BoolValue": scalar(.bool)
    case "google.protobuf.StringValue": scalar(.string)
    case "google.protobuf.BytesValue": scalar(.bytes)
    case "google.api.HttpBody": [:]
    default: nil
    }
  }

  /// Whether a query can hold the message: those whose JSON form is one scalar.
  static func isQueryable(_ message: Descriptor) -> Bool {
    guard let schema = schema(message.fullName) else { return false }
    return switch schema["type"]?.stringValue {
    case "object", "array": false
    case nil: schema["anyOf"] != nil
    default: true
    }
  }
}
