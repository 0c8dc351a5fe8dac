internal import Buffers
internal import Logging

/// Events of packages that use swift-log, as lines beside our own; the fields are sorted by name.
struct LineLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?
  var logLevel: Logger.Level = .info
  private let label: String

  init(label: String) { self.label = label }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var line = LogLine(
      Log.format, level: event.level.rawValue, component: label,
      message: event.message.description)
    for (key, value) in fields(event) {
      line.field(key) { Self.write(value, to: &$0) }
    }
    LogOutput.write(line.finished())
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
