import Speech
import Testing

@Suite struct RecognitionTests {
  @Test func `nothing joined is nothing said`() {
    #expect(Recognition(joining: []) == Recognition(text: ""))
  }

  @Test func `a mean does not leave what it is of`() {
    let pieces = (1...9).map { Recognition(text: "\($0)", confidence: 0.7) }
    let joined = Recognition(joining: pieces, separator: " ")
    #expect(joined == Recognition(text: "1 2 3 4 5 6 7 8 9", confidence: 0.7))
  }

  @Test func `pieces without words, confidence or language count for nothing`() {
    let pieces = [
      Recognition(text: "no", languageCode: "en-IN"), Recognition(text: "a longer one"),
      Recognition(text: "", confidence: 1, languageCode: "hi-IN"),
    ]
    let joined = Recognition(joining: pieces)
    #expect(joined.confidence == 1)
    #expect(joined.languageCode == "en-IN")
  }

  @Test(arguments: [
    (["hi", "en"], "hi"), (["hi", "en", "en"], "en"), ([nil, "en"], "en"), ([nil], nil),
  ])
  func `the language is that of most of the text, and else the first`(
    languages: [String?], language: String?
  ) {
    let pieces = languages.map { Recognition(text: "so", languageCode: $0) }
    #expect(Recognition(joining: pieces).languageCode == language)
  }
}
