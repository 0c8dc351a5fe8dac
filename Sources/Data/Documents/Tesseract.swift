/// How a page's picture is made by `pdftoppm` of poppler-utils and read by `tesseract`; pure.
enum Tesseract {
  /// Pixels of a picture's longer side: of A4 some 220 an inch. What a page's size says does not matter.
  private static let side = 2_600
  /// What it is sure of, of 100, below which a page's words are guesses.
  private static let leastConfidence = 50.0
  private static let languages = "eng+hin"

  /// Reads a PDF on its standard input and writes a page's picture in greys.
  static func picture(
    _ program: String, page: Int, _ limits: DocumentLimits
  ) -> SandboxedProgram {
    SandboxedProgram(
      program: program,
      arguments: ["-f", "\(page)", "-l", "\(page)", "-scale-to", "\(side)", "-gray", "-"],
      time: limits.time, memoryBytes: limits.memoryBytes,
      outputBytes: side * side + 64)
  }

  /// Reads a picture on its standard input and writes a table of words. `--psm 1` also turns pages that lie on
  /// their side.
  static func reading(_ program: String, _ limits: DocumentLimits) -> SandboxedProgram {
    SandboxedProgram(
      program: program,
      arguments: [
        "stdin", "stdout", "-l", languages, "--psm", "1", "-c", "tessedit_create_tsv=1",
      ],
      // It may start no thread.
      environment: ["OMP_THREAD_LIMIT": "1"], time: limits.time,
      memoryBytes: limits.scanMemoryBytes, outputBytes: limits.textBytes)
  }

  /// Whether it is a picture. What is none it would take for a list of files to open.
  static func isPicture(_ bytes: [UInt8]) -> Bool { bytes.starts(with: Array("P5\n".utf8)) }

  /// Whether it reads without a language that it should have: that is worse than not at all.
  static func lacksLanguage(_ errors: [UInt8]) -> Bool {
    String(decoding: errors, as: UTF8.self).contains("Failed loading language")
  }

  /// What a table says, its lines and paragraphs as on the page; empty where there is no word, `nil` where its
  /// words are guesses.
  static func text(of table: [UInt8]) -> String? {
    var text = ""
    var (words, confidence) = (0, 0.0)
    var line: [Substring] = []
    for row in String(decoding: table, as: UTF8.self).split(separator: "\n").dropFirst() {
      // level, page, block, paragraph, line, word, left, top, width, height, confidence, text
      let columns = row.split(separator: "\t", omittingEmptySubsequences: false)
      guard columns.count == 12, columns[0] == "5", let sure = Double(columns[10]),
        columns[11].contains(where: { !$0.isWhitespace })
      else { continue }
      let place = Array(columns[2...4])
      if !text.isEmpty { text += separator(line, place) }
      text += columns[11]
      line = place
      words += 1
      confidence += sure
    }
    guard words > 0 else { return "" }
    return confidence / Double(words) < leastConfidence ? nil : PageText.tidy(text)
  }

  /// What stands between words of these blocks, paragraphs and lines.
  private static func separator(_ last: [Substring], _ next: [Substring]) -> String {
    last == next ? " " : last.prefix(2) == next.prefix(2) ? "\n" : "\n\n"
  }
}
