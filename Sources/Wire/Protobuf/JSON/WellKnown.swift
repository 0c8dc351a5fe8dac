/// The types ProtoJSON writes in a form of their own.
enum WellKnown {
  case any, duration, fieldMask, listValue, structure, timestamp, value
  /// `google.protobuf.StringValue` and its like: field 1 stands alone.
  case wrapper

  init?(fullName: String) {
    guard fullName.hasPrefix("google.protobuf.") else { return nil }
    switch fullName.dropFirst("google.protobuf.".count) {
    case "Any": self = .any
    case "Duration": self = .duration
    case "FieldMask": self = .fieldMask
    case "ListValue": self = .listValue
    case "Struct": self = .structure
    case "Timestamp": self = .timestamp
    case "Value": self = .value
    case "DoubleValue", "FloatValue", "Int64Value", "UInt64Value", "Int32Value", "UInt32Value",
      "BoolValue", "StringValue", "BytesValue":
      self = .wrapper
    default: return nil
    }
  }
}
