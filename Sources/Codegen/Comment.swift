internal import Foundation
internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// Comments of proto files on their way to Swift.
enum Comment {
  /// The comment on a declaration, without the comment marks; `fallback` when there is none.
  static func of(_ source: any ProvidesSourceCodeLocation, fallback: String) -> String {
    guard let location = source.sourceCodeInfoLocation else { return fallback }
    let text = location.hasLeadingComments ? location.leadingComments : location.trailingComments
    let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
    return trimmed.isEmpty ? fallback : trimmed
  }

  /// The comment with each paragraph on one line, as Markdown wants it.
  static func flowed(_ source: any ProvidesSourceCodeLocation, fallback: String) -> String {
    wrapped(of(source, fallback: fallback), width: .max).joined(separator: "\n")
  }

  /// Paragraphs filled to `width`; list items and indented lines keep their own lines.
  static func wrapped(_ comment: String, width: Int) -> [String] {
    var lines: [String] = []
    var paragraph = ""
    func flush() {
      lines += fill(paragraph, width)
      paragraph = ""
    }
    for raw in comment.components(separatedBy: .newlines) {
      let line = raw.trimmingCharacters(in: .whitespaces)
      if line.isEmpty {
        flush()
        if lines.last?.isEmpty == false { lines.append("") }
      } else if raw.hasPrefix("    ") {
        flush()
        lines.append("    " + line)
      } else if beginsItem(line) {
        flush()
        paragraph = line
      } else {
        paragraph += (paragraph.isEmpty ? "" : " ") + line
      }
    }
    flush()
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  private static func beginsItem(_ line: String) -> Bool {
    if line.hasPrefix("- ") || line.hasPrefix("* ") || line.hasPrefix("#") { return true }
    return line.first?.isNumber == true && line.drop { $0.isNumber }.hasPrefix(". ")
  }

  private static func fill(_ paragraph: String, _ width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in paragraph.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return line.isEmpty ? lines : lines + [line]
  }
}
