internal import Logging
internal import Synchronization

/// Writes events as lines on standard error, JSON unless told otherwise: one line each, with a level, the component, a
/// lower-case sentence and fields such as request and call ids.
///
/// Nothing personal belongs in a message; wrap it in `Personal`, which prints as `<personal>`. Any
/// thread; a disabled level costs one atomic load. Writing waits when standard error is a full pipe.
package struct Log: Sendable {
  /// How much an event matters.
  package enum Level: Int, Sendable, Comparable, CaseIterable {
    /// Details of one exchange, off in production.
    case debug
    /// Normal events an operator wants to see.
    case info
    /// Something went wrong and was dealt with.
    case warning
    /// Something is broken and needs a person.
    case error

    package static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
  }

  /// How lines look.
  package enum Format: Int, Sendable, CaseIterable {
    /// One object a line, for machines.
    case json
    /// Time, level, sentence and fields, for a terminal.
    case text
  }

  private static let chosenFormat = Atomic<Int>(Format.json.rawValue)
  private static let threshold = Atomic<Int>(Level.info.rawValue)
  private let component: String
  private var fields: [(String, LogValue)] = []
  /// `fields` as JSON members, made once.
  private var members: [UInt8] = []
  /// Where lines go that are not for standard error; for tests.
  private var sink: (@Sendable ([UInt8]) -> Void)?
  /// Nil for the process's.
  private var ownFormat: Format?

  /// A log for `component`, such as "http2" or "calls".
  package init(_ component: String) { self.component = component }

  /// A log whose lines go to `sink` instead, each with its newline; for tests.
  package init(
    _ component: String, format: Format = .json, sink: @escaping @Sendable ([UInt8]) -> Void
  ) {
    self.component = component
    ownFormat = format
    self.sink = sink
  }

  /// Sets, for the whole process, the level below which events are dropped; `info` at first.
  package static func setLevel(_ level: Level) {
    threshold.store(level.rawValue, ordering: .relaxed)
  }

  /// Lets packages that use swift-log directly write here too. Once per process, at start.
  package static func adoptSwiftLog() {
    LoggingSystem.bootstrap { LineLogHandler(label: $0) }
  }

  /// Sets, for the whole process, how lines look; JSON at first.
  package static func setFormat(_ format: Format) {
    chosenFormat.store(format.rawValue, ordering: .relaxed)
  }

  static var format: Format {
    Format(rawValue: chosenFormat.load(ordering: .relaxed)) ?? .json
  }

  /// A log that adds `fields` to every event; an event's own fields have other names.
  package func with(_ fields: KeyValuePairs<String, LogValue>) -> Log {
    var log = self
    log.fields.append(contentsOf: fields.map { ($0.key, $0.value) })
    log.members = LogLine.members(log.fields)
    return log
  }

  /// Whether an event of `level` would be written; for fields that cost something to make.
  package static func isEnabled(_ level: Level) -> Bool {
    level.rawValue >= threshold.load(ordering: .relaxed)
  }

  /// Writes an event of `level`.
  package func write(
    _ level: Level, _ message: @autoclosure () -> String,
    _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
  ) {
    guard Self.isEnabled(level) else { return }
    writeLine(level, message(), fields())
  }

  private func writeLine(
    _ level: Level, _ message: String, _ own: KeyValuePairs<String, LogValue>
  ) {
    var line = LogLine(
      ownFormat ?? Self.format, level: level.name, component: component, message: message)
    add(own, to: &line)
    if let sink { sink(line.finished()) } else { LogOutput.write(line.finished()) }
  }

  private func add(_ own: KeyValuePairs<String, LogValue>, to line: inout LogLine) {
    line.fields(fields, members)
    for (key, value) in own { line.field(key, value.write) }
  }

  /// What an event's line says after its time, up to fields that are still to come.
  func rest(
    _ format: Format, _ level: Level, _ message: String,
    _ own: KeyValuePairs<String, LogValue>
  ) -> [UInt8] {
    var line = LogLine(
      restOf: format, level: level.name, component: component, message: message)
    add(own, to: &line)
    return line.soFar
  }

  /// Details of one exchange.
  package func debug(
    _ message: @autoclosure () -> String,
    _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
  ) { write(.debug, message(), fields()) }

  /// A normal event.
  package func info(
    _ message: @autoclosure () -> String,
    _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
  ) { write(.info, message(), fields()) }

  /// Something that went wrong and was dealt with.
  package func warning(
    _ message: @autoclosure () -> String,
    _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
  ) { write(.warning, message(), fields()) }

  /// Something that needs a person.
  package func error(
    _ message: @autoclosure () -> String,
    _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
  ) { write(.error, message(), fields()) }
}

extension Log.Level {
  fileprivate var name: String {
    switch self {
    case .debug: "debug"
    case .info: "info"
    case .warning: "warning"
    case .error: "error"
    }
  }
}
