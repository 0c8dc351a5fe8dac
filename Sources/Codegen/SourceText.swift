/// Text that grows line by line with an indentation.
struct SourceText {
  /// How documentation comments are marked.
  enum DocStyle { case swift, javaScript }

  private(set) var text = ""
  private var level = 0
  private let docStyle: DocStyle

  init(docStyle: DocStyle = .swift) { self.docStyle = docStyle }

  /// One line, or a blank one.
  mutating func line(_ line: String = "") {
    text += line.isEmpty ? "\n" : String(repeating: "  ", count: level) + line + "\n"
  }

  /// A line, an indented body, and a closing line.
  mutating func block(
    _ head: String, close: String = "}", _ body: (inout SourceText) throws -> Void
  ) rethrows {
    line(head)
    try indented(body)
    line(close)
  }

  /// A body one level further in.
  mutating func indented(_ body: (inout SourceText) throws -> Void) rethrows {
    level += 1
    try body(&self)
    level -= 1
  }

  /// A documentation comment, wrapped to 100 columns. Nothing for no text.
  mutating func doc(_ comment: String) {
    guard docStyle == .swift else { return javaScriptDoc(comment) }
    for line in Comment.wrapped(comment, width: 96 - 2 * level) {
      self.line(line.isEmpty ? "///" : "/// " + line)
    }
  }

  private mutating func javaScriptDoc(_ comment: String) {
    let lines = Comment.wrapped(comment.replacing("*/", with: "* /"), width: 96 - 2 * level)
    guard lines.count != 1 else { return line("/** \(lines[0]) */") }
    for (index, text) in lines.enumerated() {
      line((index == 0 ? "/** " : text.isEmpty ? " *" : " * ") + text)
    }
    if !lines.isEmpty { line(" */") }
  }
}
