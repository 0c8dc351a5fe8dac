internal import Buffers

/// Lines that go out together by one write. Not thread-safe.
///
/// Its owner sees to the flush, soon: what waits is lost when the process is killed.
package struct LogBatch: ~Copyable {
  private var lines = LogFields()
  private let ownFormat: Log.Format?
  private let sink: @Sendable ([UInt8]) -> Void

  /// Bytes that wait at most, but for the last line.
  private static let capacity = 1 << 16

  /// Lines for standard error.
  package init() {
    ownFormat = nil
    sink = { LogOutput.write($0) }
  }

  /// Lines that go to `sink` instead, each with its newline; for tests.
  package init(_ format: Log.Format, sink: @escaping @Sendable ([UInt8]) -> Void) {
    ownFormat = format
    self.sink = sink
  }

  deinit { if lines.text.count > 0 { sink(lines.text.bytes) } }

  /// Adds a line with the time of now, unless its level is off: what `template` says, then `fields`.
  package mutating func add(_ template: LogTemplate, _ fields: (inout LogFields) -> Void) {
    guard Log.isEnabled(template.level) else { return }
    lines.begin(template, ownFormat ?? Log.format)
    fields(&lines)
    lines.end()
    if lines.text.count >= Self.capacity { flush() }
  }

  /// Sends what waits.
  package mutating func flush() {
    guard lines.text.count > 0 else { return }
    sink(lines.text.bytes)
    lines.text.removeAll()
  }
}
