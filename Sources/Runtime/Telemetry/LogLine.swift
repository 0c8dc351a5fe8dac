internal import Buffers

/// One event as a line, written front to back: JSON has `ts`, `level`, `logger`, `msg`, then the
/// fields in the order they came; text has the same in that order, for people.
struct LogLine {
  private let format: Log.Format
  private var json: JSONWriter
  /// Of the text format.
  private var text = ""

  /// Most lines fit.
  private static let capacity = 512

  init(_ format: Log.Format, level: String, component: String, message: String) {
    self.format = format
    switch format {
    case .json:
      var bytes: [UInt8] = []
      bytes.reserveCapacity(Self.capacity)
      json = JSONWriter(appendingTo: bytes)
      json.beginObject()
      json.key("ts")
      json.string(Timestamp.now())
    case .text:
      json = JSONWriter()
      text = Timestamp.now()
    }
    head(level: level, component: component, message: message)
  }

  /// A line without its beginning, which is the time.
  init(restOf format: Log.Format, level: String, component: String, message: String) {
    self.format = format
    json = JSONWriter()
    head(level: level, component: component, message: message)
  }

  private mutating func head(level: String, component: String, message: String) {
    switch format {
    case .json:
      json.key("level")
      json.string(level)
      json.key("logger")
      json.string(component)
      json.key("msg")
      json.string(message)
    case .text:
      text += " \(level.uppercased()) \(component): "
      text.unicodeScalars.append(
        contentsOf: message.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : $0 })
    }
  }

  /// Adds a field. Values keep their JSON form in text too, so that a line break in one cannot start
  /// a line of its own.
  mutating func field(_ key: String, _ write: (inout JSONWriter) -> Void) {
    switch format {
    case .json:
      json.key(Self.isOwn(key) ? "_\(key)" : key)
      write(&json)
    case .text:
      var value = JSONWriter()
      write(&value)
      text += " \(key)=\(String(decoding: value.bytes, as: UTF8.self))"
    }
  }

  /// Adds fields that are also there as JSON.
  mutating func fields(_ fields: [(String, LogValue)], _ members: [UInt8]) {
    guard !fields.isEmpty else { return }
    switch format {
    case .json: json.raw(members)
    case .text: for (key, value) in fields { field(key, value.write) }
    }
  }

  /// Fields as JSON members, without the brackets around.
  static func members(_ fields: [(String, LogValue)]) -> [UInt8] {
    var json = JSONWriter()
    for (key, value) in fields {
      json.key(isOwn(key) ? "_\(key)" : key)
      value.write(to: &json)
    }
    return json.bytes
  }

  /// What is written, without an end.
  var soFar: [UInt8] {
    switch format {
    case .json: json.bytes
    case .text: Array(text.utf8)
    }
  }

  /// The whole line with its line feed.
  consuming func finished() -> [UInt8] {
    switch format {
    case .json:
      json.endObject()
      return json.bytes + CollectionOfOne(UInt8(ascii: "\n"))
    case .text:
      return Array("\(text)\n".utf8)
    }
  }

  /// A field cannot replace what every line has.
  private static func isOwn(_ key: String) -> Bool {
    key == "ts" || key == "level" || key == "logger" || key == "msg"
  }
}
