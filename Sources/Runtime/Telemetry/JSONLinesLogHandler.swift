internal import Buffers
internal import Glibc
internal import Logging

/// swift-log events as JSON lines: `ts`, `level`, `logger`, `msg`, then the fields by name.
struct JSONLinesLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?
  var logLevel: Logger.Level = .info
  private let label: String
  private let sink: @Sendable ([UInt8]) -> Void

  private static let own: Set<String> = ["ts", "level", "logger", "msg"]

  init(label: String, sink: @escaping @Sendable ([UInt8]) -> Void = writeToStandardError) {
    self.label = label
    self.sink = sink
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
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
    write(event.metadata, to: &json)
    json.endObject()
    sink(json.bytes + [UInt8(ascii: "\n")])
  }

  private func write(_ explicit: Logger.Metadata?, to json: inout JSONWriter) {
    var fields = metadata
    if let provided = metadataProvider?.get() { fields.merge(provided) { $1 } }
    if let explicit { fields.merge(explicit) { $1 } }
    for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
      json.key(Self.own.contains(key) ? "_\(key)" : key)
      Self.write(value, to: &json)
    }
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
