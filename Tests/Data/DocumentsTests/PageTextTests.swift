import Testing

@testable import Documents

@Suite struct PageTextTests {
  @Test(arguments: [
    ("", ""), (" \t\r\n\u{C}\u{A0}", ""), ("a", "a"), ("a\r\nb\rc\nd", "a\nb\nc\nd"),
    ("a\u{2028}b\u{85}c\u{B}d", "a\nb\nc\nd"), ("a\u{C}b", "a\nb"),
    ("  a \t b\u{A0}\u{2003}c  \n  d ", "a b c\nd"), ("a\n\n\n\nb\n \n \nc", "a\n\nb\n\nc"),
    ("a\u{0}b\u{1B}[0m\u{7F}\u{9C}", "ab[0m"), ("\u{FEFF}a\u{FEFF}b", "ab"),
  ])
  func `lines end in LF, blanks come alone, controls are gone`(raw: String, text: String) {
    #expect(PageText.tidy(raw).unicodeScalars.elementsEqual(text.unicodeScalars))
  }

  @Test(arguments: [
    ("re-\nfund", "refund"), ("re-  \r\n  fund policy", "refund policy"),
    ("re\u{2010}\nfund", "refund"), ("re\u{AD}\nfund", "refund"), ("re\u{AD}fund", "refund"),
    ("re\u{AD} \n fund", "refund"), ("Re\u{AD}\nFund", "ReFund"), ("a-\nb-\nc", "abc"),
  ])
  func `a word broken at a line's end is whole again`(raw: String, text: String) {
    #expect(PageText.tidy(raw) == text)
  }

  @Test(arguments: [
    ("Asha-\nBhavan", "Asha-\nBhavan"), ("10-\n12", "10-\n12"), ("a -\nb", "a -\nb"),
    ("-\nb", "-\nb"), ("re-\n\nfund", "re-\n\nfund"), ("re\u{AD}\n\nfund", "re\n\nfund"),
    ("re\u{AD} fund", "re fund"), ("माता-\nपिता", "माता-\nपिता"), ("well-known", "well-known"),
  ])
  func `a hyphen that may be meant stays`(raw: String, text: String) {
    #expect(PageText.tidy(raw) == text)
  }

  @Test(.timeLimit(.minutes(10))) func `the work grows with the text, not with its square`() {
    let text = PageText.tidy(String(repeating: "re-\nfund \r\n", count: 200_000))
    #expect(text.utf8.count == 200_000 * 7 - 1)
  }

  @Test(arguments: ["ﬁn", "क्\u{200D}ष", "न\u{200C}म", "नमस्ते", "e\u{301}", "👨‍👩‍👧"])
  func `ligatures, joiners and marks stay as they are`(text: String) {
    #expect(PageText.tidy(text).unicodeScalars.elementsEqual(text.unicodeScalars))
  }
}
