/// Text that grows line by line with an indentation.
struct SourceText {
  private(set) var text = ""
  private var level = 0

  /// One line, or a blank one.
  mutating func line(_ line: String = "") {
    text += line.isEmpty ? "\n" : String(repeating: "  ", count: level) + line + "\n"
  }

  /// A line, an indented body, and a closing line.
  mutating func block(
    _ head: String, close: String = "}", _ body: (inout SourceText) throws -> Void
  ) rethrows {
    line(head)
    level += 1
    try body(&self)
    level -= 1
    line(close)
  }

  /// A documentation comment, wrapped to 100 columns. Nothing for no text.
  mutating func doc(_ comment: String) {
    for line in Comment.wrapped(comment, width: 96 - 2 * level) {
      self.line(line.isEmpty ? "///" : "/// " + line)
    }
  }
}
