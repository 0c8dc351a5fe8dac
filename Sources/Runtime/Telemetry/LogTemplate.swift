/// What all lines of one kind have in common, written once: level, component, sentence, and the fields
/// that never change. For a line that is written for each call.
package struct LogTemplate: Sendable {
  let level: Log.Level
  private let json: [UInt8]
  private let text: [UInt8]

  /// The lines of `log` that say `message`. Fields that come later have other names.
  package init(
    _ log: Log, _ level: Log.Level, _ message: String,
    _ fields: KeyValuePairs<String, LogValue> = [:]
  ) {
    self.level = level
    json = log.rest(.json, level, message, fields)
    text = log.rest(.text, level, message, fields)
  }

  /// What follows the time.
  func rest(_ format: Log.Format) -> [UInt8] {
    switch format {
    case .json: json
    case .text: text
    }
  }
}
