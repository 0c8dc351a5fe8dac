internal import Buffers

extension JSONWriter {
  /// An object with the members that `body` writes; inside another one under `name`.
  mutating func object(_ name: String? = nil, _ body: (inout JSONWriter) -> Void) {
    if let name { key(name) }
    beginObject()
    body(&self)
    endObject()
  }

  /// A member whose value is a string.
  mutating func member(_ name: String, _ text: String) {
    key(name)
    string(text)
  }

  /// Gemini's `parts` with one text.
  mutating func parts(text: String) {
    key("parts")
    beginArray()
    object { $0.member("text", text) }
    endArray()
  }
}
