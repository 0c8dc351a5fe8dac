package import Buffers

/// Canonical JSON (RFC 8785) without numbers, booleans and null, so that everybody writes the same bytes.
package enum CanonicalJSON {
  /// The text of a value of strings, arrays and objects with ASCII keys; `nil` for another one.
  package static func encode(_ value: JSONValue) -> [UInt8]? {
    var json = JSONWriter()
    return write(value, to: &json) ? json.bytes : nil
  }

  /// The object that is written so; `nil` for bytes that are no object, or not its canonical form.
  package static func object(_ bytes: [UInt8]) -> JSONObject? {
    guard let value = try? JSONValue(parsing: bytes), encode(value) == bytes else { return nil }
    return value.objectValue
  }

  private static func write(_ value: JSONValue, to json: inout JSONWriter) -> Bool {
    switch value {
    case .null, .bool, .number: return false
    case .string(let text): json.string(text)
    case .array(let items):
      json.beginArray()
      for item in items where !write(item, to: &json) { return false }
      json.endArray()
    case .object(let object):
      guard object.keys.allSatisfy({ $0.utf8.allSatisfy { $0 < 0x80 } }) else { return false }
      json.beginObject()
      // ASCII sorts by bytes as by UTF-16, which RFC 8785 asks for.
      for (key, item) in object.members.sorted(by: { $0.key < $1.key }) {
        json.key(key)
        guard write(item, to: &json) else { return false }
      }
      json.endObject()
    }
    return true
  }
}

extension CanonicalJSON {
  /// Whether these are the bytes of an entry of the format before version 1: any object without a `v`.
  static func isOlderEntry(_ bytes: [UInt8]) -> Bool {
    guard let object = (try? JSONValue(parsing: bytes))?.objectValue else { return false }
    return object["v"] == nil
  }
}
