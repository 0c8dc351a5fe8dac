internal import Buffers
internal import Glibc
internal import Logging

/// swift-log events as lines. JSON has `ts`, `level`, `logger`, `msg`, then the fields by name; text
/// has the same in that order, for people.
struct LineLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?
  var logLevel: Logger.Level = .info
  private let label: String
  private let sink: @Sendable ([UInt8]) -> Void
  /// Nil for the process's.
  private let format: Log.Format?

  private static let own: Set<String> = ["ts", "level", "logger", "msg"]

  init(
    label: String, format: Log.Format? = nil,
    sink: @escaping @Sendable ([UInt8]) -> Void = writeToStandardError
  ) {
    self.label = label
    self.format = format
    self.sink = sink
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let line = (format ?? Log.format) == .json ? jsonLine(event) : textLine(event)
    sink(line + [UInt8(ascii: "\n")])
  }

  private func jsonLine(_ event: LogEvent) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key("ts")
    json.string(Timestamp.now())
    json.key("level")
    json.string(event.level.rawValue)
    json.key("logger")
    json.string(label)
    json.key("msg")
    json.string(event.message.description)
    for (key, value) in fields(event) {
      json.key(Self.own.contains(key) ? "_\(key)" : key)
      Self.write(value, to: &json)
    }
    json.endObject()
    return json.bytes
  }

  /// Values keep their JSON form, so that a line break in one cannot start a line of its own.
  private func textLine(_ event: LogEvent) -> [UInt8] {
    var line = "\(Timestamp.now()) \(event.level.rawValue.uppercased()) \(label): "
    line.unicodeScalars.append(
      contentsOf: event.message.description.unicodeScalars.map {
        $0.value < 32 || $0.value == 127 ? " " : $0
      })
    for (key, value) in fields(event) {
      var json = JSONWriter()
      Self.write(value, to: &json)
      line += " \(key)=\(String(decoding: json.bytes, as: UTF8.self))"
    }
    return Array(line.utf8)
  }

  private func fields(_ event: LogEvent) -> [(key: String, value: Logger.Metadata.Value)] {
    var fields = metadata
    if let provided = metadataProvider?.get() { fields.merge(provided) { $1 } }
    if let explicit = event.metadata { fields.merge(explicit) { $1 } }
    return fields.sorted { $0.key < $1.key }
  }

  private static func write(_ value: Logger.Metadata.Value, to json: inout JSONWriter) {
    switch value {
    case .string(let text): json.string(text)
    case .stringConvertible(let value as LogValue): value.write(to: &json)
    case .stringConvertible(let value): json.string(value.description)
    case .array(let items):
      json.beginArray()
      for item in items { write(item, to: &json) }
      json.endArray()
    case .dictionary(let members):
      json.beginObject()
      for (key, item) in members.sorted(by: { $0.key < $1.key }) {
        json.key(key)
        write(item, to: &json)
      }
      json.endObject()
    }
  }
}

/// One write for a whole line, so that lines of different threads do not mix.
@Sendable private func writeToStandardError(_ line: [UInt8]) {
  line.withUnsafeBytes { bytes in
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = Glibc.write(2, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }
}
