/// What the page says in one language. `{merchant}`, `{number}` and the like are facts of a form.
struct ConsentWords: Sendable {
  /// A heading with its paragraphs, or a list below its first line.
  struct Part: Sendable {
    let heading: String
    let lines: [String]
    var isList = false
  }

  /// What is said of a purpose beside its box.
  struct Choice: Sendable {
    let name: String
    let detail: String
  }

  let language: FormLanguage
  /// What the language is called in itself.
  let languageName: String
  /// The name of the window, which says nothing of who asks.
  let windowTitle: String

  let title: String
  let introduction: String
  let asker: String
  let address: String
  let contact: String
  let offering: Part
  let data: Part
  let period: Part
  let withdrawal: Part
  let rights: Part
  let question: String
  let hint: String
  /// By purpose, in the order of ``ConsentFormRules/purposes``.
  let choices: [Choice]
  let freedom: String
  let allow: String
  let refuse: String

  let givenTitle: String
  let given: [String]
  let withdraw: String
  let withdrawnTitle: String
  let withdrawn: [String]
  let refusedTitle: String
  let refused: [String]

  let months: [String]
  let time: String
  let day: String
  let days: String

  /// What went wrong, by what it was.
  let problem: @Sendable (ConsentProblem) -> String
  let problemTitle: String

  /// The words of a language.
  static func of(_ language: FormLanguage) -> ConsentWords {
    switch language {
    case .english: english
    case .hindi: hindi
    }
  }

  /// A number of days.
  func text(days count: Int) -> String {
    ConsentLine(count == 1 ? day : days, ["count": "\(count)"]).text
  }
}
