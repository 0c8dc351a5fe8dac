internal import Buffers
internal import Domain
internal import TLS
internal import VoiceAPI

/// What a person reads before they answer: who asks for what, which data, for how long, how to take it
/// back, where to complain. All of it is in ``text``, whose digest is the proof of what was read.
struct ConsentNotice: Sendable {
  /// Changes with any word of ``ConsentWords`` that is part of a notice.
  static let version = "1"

  /// A heading with what is below it.
  struct Section: Sendable {
    let heading: String
    let lines: [ConsentLine]
    let isList: Bool
  }

  /// A box to tick.
  struct Choice: Sendable {
    let purpose: Payaid.Voice.V1.CallPurpose
    let name: String
    let detail: ConsentLine
  }

  let language: FormLanguage
  let title: ConsentLine
  let introduction: ConsentLine
  let sections: [Section]
  let question: ConsentLine
  let choices: [Choice]
  let freedom: ConsentLine

  init(_ form: ConsentFormRecord, by asker: ConsentAsker, in language: FormLanguage) {
    let words = ConsentWords.of(language)
    let facts = ConsentFacts.of(form, asker, words)
    func section(_ part: ConsentWords.Part) -> Section {
      Section(
        heading: part.heading, lines: part.lines.map { ConsentLine($0, facts) },
        isList: part.isList)
    }
    self.language = language
    title = ConsentLine(words.title, facts)
    introduction = ConsentLine(words.introduction, facts)
    let about = form.question.offering.isEmpty ? [] : [words.offering]
    sections =
      [Section(heading: "", lines: Self.asker(asker, words, facts), isList: false)]
      + (about + [words.data, words.period, words.withdrawal, words.rights]).map(section)
    question = ConsentLine(words.question, facts)
    choices = zip(ConsentFormRules.purposes, words.choices).compactMap { purpose, choice in
      guard form.question.purposes.contains(purpose) else { return nil }
      return Choice(
        purpose: purpose, name: choice.name, detail: ConsentLine(choice.detail, facts))
    }
    freedom = ConsentLine(words.freedom, facts)
  }

  /// The whole notice, a line for each piece of the page, in its order.
  var text: String {
    let words = ConsentWords.of(language)
    var lines = [title.text, introduction.text]
    for section in sections {
      lines += [section.heading].filter { !$0.isEmpty } + section.lines.map(\.text)
    }
    lines += [question.text, words.hint]
    for choice in choices { lines += [choice.name, choice.detail.text] }
    return (lines + [freedom.text, words.allow, words.refuse]).joined(separator: "\n")
  }

  /// SHA-256 of ``text``, in hexadecimal.
  var digest: String { Hex.encode(Digest.sha256(text.utf8)) }

  /// What a person agrees to who ticks `purposes`, for the record.
  func statement(_ purposes: [Payaid.Voice.V1.CallPurpose]) -> String {
    let ticked = choices.filter { purposes.contains($0.purpose) }
    return ([question.text] + ticked.map { "\($0.name): \($0.detail.text)" })
      .joined(separator: "\n")
  }

  private static func asker(
    _ asker: ConsentAsker, _ words: ConsentWords, _ facts: [String: String]
  ) -> [ConsentLine] {
    let address = asker.address.isEmpty ? [] : [words.address]
    return ([words.asker] + address + [words.contact]).map { ConsentLine($0, facts) }
  }
}
