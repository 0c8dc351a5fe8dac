internal import Documents

/// A stretch of a document that is found as one.
struct CutPassage: Sendable, Equatable {
  /// Where it begins, from 1; 0 in a text file.
  let page: Int
  let words: String
}

/// Cuts a document into passages, at the ends of paragraphs and sentences where it can. Pure.
///
/// A passage is closed at the end of a paragraph once it has `enough`, and before a sentence with which it
/// would have more than `most`; what follows then begins with the sentences that ended it, up to
/// `overlap`, so that nobody's answer is cut in two. All in code points: 1,200 are some 300 tokens of
/// English and 700 of Hindi, well below what an embedding model reads.
struct PassageCutter {
  var enough = 400
  var most = 1_200
  var overlap = 160

  /// The passages of a document, in its order; none when nothing in it is a letter or a digit.
  func cut(_ pages: [DocumentPage]) -> [CutPassage] {
    var draft = PassageDraft(cutter: self)
    for page in pages {
      for paragraph in TextParts.paragraphs(page.text) {
        for line in paragraph.split(separator: "\n") {
          for sentence in TextParts.sentences(String(line), most: most) {
            draft.add(sentence, page: page.number)
          }
          draft.endLine()
        }
        draft.endParagraph()
      }
    }
    draft.close(keeping: 0)
    return draft.passages.filter { TextParts.saysSomething($0.words) }
  }
}

/// A passage in the making, and those before it.
private struct PassageDraft {
  private struct Sentence {
    let text: String
    let length: Int
    let page: Int
    /// What stands between it and the one before.
    let separator: String
  }

  let cutter: PassageCutter
  private(set) var passages: [CutPassage] = []
  private var sentences: [Sentence] = []
  private var length = 0
  /// Sentences that the passage before has too.
  private var repeated = 0
  private var separator = ""

  init(cutter: PassageCutter) { self.cutter = cutter }

  mutating func add(_ text: String, page: Int) {
    let count = text.unicodeScalars.count
    if length + count + separator.unicodeScalars.count > cutter.most {
      close(keeping: cutter.most - count > cutter.overlap ? cutter.overlap : 0)
    }
    let sentence = Sentence(
      text: text, length: count, page: page, separator: sentences.isEmpty ? "" : separator)
    sentences.append(sentence)
    length += count + sentence.separator.unicodeScalars.count
    separator = " "
  }

  mutating func endLine() { separator = "\n" }

  mutating func endParagraph() {
    if length >= cutter.enough { close(keeping: 0) }
  }

  /// Ends the passage; the next one begins with the last sentences of this, of at most `limit` code
  /// points.
  mutating func close(keeping limit: Int) {
    guard sentences.count > repeated, let first = sentences.first else { return }
    let words = sentences.map { $0.separator + $0.text }.joined()
    passages.append(CutPassage(page: first.page, words: words))
    var kept: [Sentence] = []
    var room = limit
    for sentence in sentences.reversed() where room >= 0 {
      room -= sentence.length + 1
      if room >= 0 { kept.insert(sentence, at: 0) }
    }
    sentences = kept.enumerated().map { index, sentence in
      Sentence(
        text: sentence.text, length: sentence.length, page: sentence.page,
        separator: index == 0 ? "" : sentence.separator)
    }
    length = sentences.reduce(0) { $0 + $1.length + $1.separator.unicodeScalars.count }
    repeated = sentences.count
    separator = sentences.isEmpty ? "" : separator
  }
}
