internal import Buffers
internal import Protobuf

/// A field's value as the path or the query spells it: the ProtoJSON form without its quotes.
enum TextValue {
  /// The JSON value the text stands for, or nil when a field of this type has no text form.
  ///
  /// Numbers, bytes, times and masks become JSON strings, which ProtoJSON reads as strictly as we
  /// want; the codec checks them.
  static func json(_ text: String, for field: FieldType) -> JSONValue? {
    switch field.kind {
    case .bool: bool(text)
    case .enumeration: Int32(text).map { .int($0) } ?? .string(text)
    case .message: wellKnown(text, field.messageType?.fullName ?? "")
    default: .string(text)
    }
  }

  /// Whether a field of this type can be bound from text at all.
  static func isBindable(_ field: FieldType) -> Bool {
    guard field.kind == .message else { return true }
    return !field.isMap && wellKnown("true", field.messageType?.fullName ?? "") != nil
  }

  private static func bool(_ text: String) -> JSONValue {
    switch text {
    case "true": true
    case "false": false
    default: .string(text)
    }
  }

  private static func wellKnown(_ text: String, _ type: String) -> JSONValue? {
    switch type {
    case "google.protobuf.Timestamp", "google.protobuf.Duration",
      "google.protobuf.StringValue", "google.protobuf.BytesValue",
      "google.protobuf.Int32Value", "google.protobuf.UInt32Value",
      "google.protobuf.Int64Value", "google.protobuf.UInt64Value",
      "google.protobuf.FloatValue", "google.protobuf.DoubleValue":
      .string(text)
    case "google.protobuf.BoolValue": bool(text)
    case "google.protobuf.FieldMask": .string(camelCase(text))
    default: nil
    }
  }

  /// Proto names are welcome in a mask as they are in a key: `display_name` is `displayName`.
  private static func camelCase(_ mask: String) -> String {
    var result = ""
    var raise = false
    for character in mask {
      if character == "_" {
        raise = true
      } else {
        result.append(raise ? Character(character.uppercased()) : character)
        raise = false
      }
    }
    return raise ? mask : result
  }
}
