import Documents
import Testing

@testable import Knowledge

@Suite struct PassageCutterTests {
  private let small = PassageCutter(enough: 40, most: 100, overlap: 30)

  private func cut(_ text: String, page: Int = 0) -> [String] {
    small.cut([DocumentPage(number: page, text: text)]).map(\.words)
  }

  @Test func `a short document is one passage with its paragraphs on lines`() {
    #expect(cut("Open daily.\n\nClosed  on\nholidays.") == ["Open daily.\nClosed on holidays."])
  }

  @Test func `a passage ends with a paragraph once it has enough`() {
    let first = "We deliver within two days in all of Delhi."
    #expect(
      cut("\(first)\n\nReturns are free.\n\nCall us.") == [first, "Returns are free.\nCall us."])
  }

  @Test func `a passage that is full ends before a sentence and the next one repeats its end`() {
    let text =
      "The first sentence is of middling length. A short one. "
      + "The third sentence is of middling length too, more or less."
    #expect(
      cut(text) == [
        "The first sentence is of middling length. A short one.",
        "A short one. The third sentence is of middling length too, more or less.",
      ])
  }

  @Test func `a heading keeps its line, and stays with what it heads`() {
    let body = "We deliver to Delhi and Pune within two days."
    #expect(cut("Delivery\n\(body)\nIt is free.") == ["Delivery\n\(body) It is free."])
    let before = "Returns are free of charge."
    #expect(cut("\(before)\n\nDelivery\n\(body)") == ["\(before)\nDelivery\n\(body)"])
  }

  @Test func `Hindi is cut at dandas`() {
    let first = "हम दिल्ली में दो दिन में डिलीवरी करते हैं और शुल्क नहीं लेते।"
    let second = "वापसी सात दिन के भीतर निःशुल्क है, बिल साथ लाइए।"
    let passages = cut("\(first) \(second)")
    #expect(passages == [first, second])
  }

  @Test(arguments: ["Dr. Rao is in.", "It costs Rs. 500 a month.", "Ask A. B. Rao."])
  func `an abbreviation ends no sentence`(text: String) {
    #expect(TextParts.sentences(text, most: 100) == [text])
  }

  @Test(arguments: [
    ("Is it? Yes! It is.", ["Is it?", "Yes!", "It is."]),
    ("\"Stop.\" He went.", ["\"Stop.\"", "He went."]),
    ("no end here", ["no end here"]),
  ])
  func `sentences end where readers end them`(text: String, sentences: [String]) {
    #expect(TextParts.sentences(text, most: 100) == sentences)
  }

  @Test func `entries of a list are paragraphs`() {
    #expect(
      TextParts.paragraphs("Prices:\n- tea 10\n- milk 20\n1. first\n(b) second\nand more")
        == ["Prices:", "- tea 10", "- milk 20", "1. first", "(b) second and more"])
  }

  @Test func `what has no sentence is cut between words, a word without end between code points`() {
    let words = Array(repeating: "word", count: 60).joined(separator: " ")
    let passages = cut(words)
    #expect(passages.allSatisfy { $0.unicodeScalars.count <= 100 && $0.hasSuffix("word") })
    #expect(passages.flatMap { $0.split(separator: " ") }.count >= 60)
    let run = cut(String(repeating: "x", count: 250))
    #expect(run == [100, 100, 50].map { String(repeating: "x", count: $0) })
  }

  @Test func `a passage is of the page where it begins`() {
    let pages = [
      DocumentPage(number: 1, text: "On the first page there is a paragraph of some length."),
      DocumentPage(number: 2, text: "Short."), DocumentPage(number: 3, text: "Also short."),
    ]
    #expect(small.cut(pages).map(\.page) == [1, 2])
  }

  @Test(arguments: ["", "   \n\n ", "--- *** ...", "\u{0}\u{7}\u{1B}", "\u{200B}"])
  func `what says nothing gives nothing`(text: String) {
    #expect(cut(text).isEmpty)
  }

  @Test func `nothing of a document is lost, whatever its sizes`() {
    let cutter = PassageCutter()
    for length in [1, 50, 399, 1_199, 1_200, 1_201] {
      let words = (0..<60).map { "w\($0)" + String(repeating: "y", count: length) }
      let text = words.enumerated().map { $0.offset % 5 == 4 ? $0.element + "." : $0.element }
      let passages = cutter.cut([DocumentPage(number: 0, text: text.joined(separator: " "))])
      #expect(passages.allSatisfy { $0.words.unicodeScalars.count <= cutter.most })
      let all = passages.map(\.words).joined(separator: " ")
      #expect((0..<60).allSatisfy { all.contains("w\($0)y") })
    }
  }
}
