internal import Buffers

/// An entry of the audit log as canonical JSON (RFC 8785): members in the order of their ASCII names,
/// values strings and lists of strings only, so that everybody writes the same bytes.
struct CanonicalEntry: ExpressibleByDictionaryLiteral {
  enum Value {
    case string(String)
    case array([Value])
  }

  private var members: [String: Value]

  init(dictionaryLiteral elements: (String, Value)...) {
    members = Dictionary(uniqueKeysWithValues: elements)
  }

  subscript(name: String) -> Value? {
    get { members[name] }
    set { members[name] = newValue }
  }

  /// The text.
  var bytes: [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    for (name, value) in members.sorted(by: { $0.key < $1.key }) {
      json.key(name)
      Self.write(value, to: &json)
    }
    json.endObject()
    return json.bytes
  }

  private static func write(_ value: Value, to json: inout JSONWriter) {
    switch value {
    case .string(let text): json.string(text)
    case .array(let items):
      json.beginArray()
      for item in items { write(item, to: &json) }
      json.endArray()
    }
  }
}
