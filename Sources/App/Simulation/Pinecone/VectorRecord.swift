internal import Buffers

/// One record of an index.
struct VectorRecord: Sendable, Equatable {
  /// Bytes that an id can have.
  private static let longestID = 512
  /// Bytes of a record's metadata as JSON.
  private static let mostMetadata = 40_960

  /// From 1 to 512 bytes.
  let id: String
  /// As many as the index has dimensions.
  var values: [Float]
  /// By the rules of `metadata(_:)`.
  var metadata: JSONObject

  /// Reads an element of an upsert for an index of `dimension`.
  init(_ value: JSONValue, dimension: Int) throws(PineconeError) {
    let reader = try BodyReader(value, "a vector")
    try reader.allow(only: ["id", "values", "metadata", "sparseValues"])
    if try reader.object("sparseValues") != nil {
      throw .invalid("Index configuration does not support sparse values")
    }
    id = try Self.id(try reader.required("id", reader.text("id")))
    values = try Self.values(try reader.floats("values") ?? [], dimension: dimension)
    metadata = try Self.metadata(try reader.object("metadata") ?? [:])
  }

  /// An id of an allowed length.
  static func id(_ text: String) throws(PineconeError) -> String {
    guard (1...longestID).contains(text.utf8.count) else {
      throw .invalid("Vector ID must be from 1 to \(longestID) bytes long")
    }
    return text
  }

  /// Values that an index of `dimension` takes.
  static func values(_ values: [Float], dimension: Int) throws(PineconeError) -> [Float] {
    guard values.count == dimension else {
      throw .invalid(
        "Vector dimension \(values.count) does not match the dimension of the index \(dimension)")
    }
    if values.allSatisfy({ $0 == 0 }) {
      throw .invalid("Dense vectors must contain at least one non-zero value")
    }
    return values
  }

  /// Metadata by the rules: flat, of texts, numbers, booleans and lists of texts.
  static func metadata(_ metadata: JSONObject) throws(PineconeError) -> JSONObject {
    for (key, value) in metadata {
      if key.isEmpty || key.hasPrefix("$") {
        throw .invalid("Metadata keys must be non-empty strings that do not start with a $")
      }
      if !isAllowed(value) {
        throw .invalid(
          "Metadata value must be a string, number, boolean or list of strings for field '\(key)'")
      }
    }
    let size = JSONValue.object(metadata).serialized().count
    guard size <= mostMetadata else {
      throw .invalid(
        "Metadata size is \(size) bytes, which exceeds the limit of \(mostMetadata) bytes per vector"
      )
    }
    return metadata
  }

  /// Whether metadata can hold the value.
  private static func isAllowed(_ value: JSONValue) -> Bool {
    switch value {
    case .string, .number, .bool: true
    case .array(let items): items.allSatisfy { $0.stringValue != nil }
    case .null, .object: false
    }
  }

  /// As fetches show it.
  var json: JSONValue {
    var record: JSONObject = ["id": .string(id), "values": .array(values.map(JSONValue.float))]
    if metadata.count > 0 { record["metadata"] = .object(metadata) }
    return .object(record)
  }
}
