internal import Domain
internal import VoiceAPI

/// The pages under a form's link, as HTML: no script, one style sheet, a form that goes back to where
/// it came from.
enum ConsentPage {
  /// The form, with what was wrong with the last answer.
  static func asking(_ notice: ConsentNotice, problem: ConsentProblem?) -> HTML {
    let words = ConsentWords.of(notice.language)
    let alert: HTML =
      problem.map {
        "<p class=\"problem\" role=\"alert\" id=\"problem\">\(words.problem($0))</p>\n"
      } ?? ""
    let described: HTML = problem == .nothingTicked ? " aria-describedby=\"problem\"" : ""
    return document(
      words,
      """
      \(switcher(words))<h1>\(notice.title.html)</h1>
      \(alert)<p>\(notice.introduction.html)</p>
      \(notice.sections.map(section))<form method="post">
      <input type="hidden" name="language" value="\(notice.language.rawValue)">
      <input type="hidden" name="notice" value="\(notice.digest)">
      <fieldset\(described)>
      <legend>\(notice.question.html)</legend>
      <p class="hint">\(words.hint)</p>
      \(notice.choices.map(choice))</fieldset>
      <p>\(notice.freedom.html)</p>
      <div class="buttons">
      <button name="answer" value="allow">\(words.allow)</button>
      <button name="answer" value="refuse">\(words.refuse)</button>
      </div>
      </form>
      """)
  }

  /// What was given, and the button that takes it back.
  static func given(
    _ terms: ConsentTerms, on form: ConsentFormRecord, to asker: ConsentAsker,
    _ language: FormLanguage
  ) -> HTML {
    let words = ConsentWords.of(language)
    var facts = ConsentFacts.of(form, asker, words)
    facts["time"] = ConsentFacts.time(terms.grantTime, words)
    if let end = ConsentClock.expiry(of: terms) { facts["end"] = ConsentFacts.time(end, words) }
    let choices = ConsentNotice(form, by: asker, in: language).choices
      .filter { terms.purposes.contains($0.purpose) }
    return document(
      words,
      """
      \(switcher(words))<h1>\(ConsentLine(words.givenTitle, facts).html)</h1>
      <dl>
      \(choices.map { "<dt>\($0.name)</dt><dd>\($0.detail.html)</dd>\n" as HTML })</dl>
      \(paragraphs(words.given + [words.contact], facts))<form method="post">
      <input type="hidden" name="language" value="\(language.rawValue)">
      <div class="buttons">
      <button name="answer" value="withdraw">\(words.withdraw)</button>
      </div>
      </form>
      """)
  }

  /// What was taken back at `time`.
  static func withdrawn(
    at time: Moment, _ form: ConsentFormRecord, from asker: ConsentAsker, _ language: FormLanguage
  ) -> HTML {
    let words = ConsentWords.of(language)
    var facts = ConsentFacts.of(form, asker, words)
    facts["time"] = ConsentFacts.time(time, words)
    facts["end"] = ConsentFacts.time(time + ConsentClock.coolingTime, words)
    return message(words, words.withdrawnTitle, words.withdrawn, facts)
  }

  /// What was refused at `time`.
  static func refused(
    at time: Moment, _ form: ConsentFormRecord, _ asker: ConsentAsker, _ language: FormLanguage
  ) -> HTML {
    let words = ConsentWords.of(language)
    var facts = ConsentFacts.of(form, asker, words)
    facts["time"] = ConsentFacts.time(time, words)
    return message(words, words.refusedTitle, words.refused, facts)
  }

  /// A page of no form, in all languages: it is the same for everybody.
  static func problem(_ problem: ConsentProblem) -> HTML {
    let parts = FormLanguage.allCases.map { language in
      let words = ConsentWords.of(language)
      return """
        <section lang="\(language.rawValue)">
        <h1>\(words.problemTitle)</h1>
        <p>\(words.problem(problem))</p>
        </section>

        """ as HTML
    }
    return document(.english, HTML(joining: parts))
  }

  private static func message(
    _ words: ConsentWords, _ title: String, _ lines: [String], _ facts: [String: String]
  ) -> HTML {
    document(
      words,
      """
      \(switcher(words))<h1>\(ConsentLine(title, facts).html)</h1>
      \(paragraphs(lines + [words.contact], facts))
      """)
  }

  private static func paragraphs(_ lines: [String], _ facts: [String: String]) -> [HTML] {
    lines.map { "<p>\(ConsentLine($0, facts).html)</p>\n" }
  }

  private static func section(_ section: ConsentNotice.Section) -> HTML {
    let heading: HTML = section.heading.isEmpty ? "" : "<h2>\(section.heading)</h2>\n"
    guard section.isList, let first = section.lines.first else {
      return "\(heading)\(section.lines.map { "<p>\($0.html)</p>\n" as HTML })"
    }
    let items = section.lines.dropFirst().map { "<li>\($0.html)</li>\n" as HTML }
    return "\(heading)<p>\(first.html)</p>\n<ul>\n\(items)</ul>\n"
  }

  private static func choice(_ choice: ConsentNotice.Choice) -> HTML {
    """
    <label><input type="checkbox" name="purpose" value="\(choice.purpose.name ?? "")">
    <span><strong>\(choice.name)</strong>
    <span>\(choice.detail.html)</span></span></label>

    """
  }

  /// The link to the other language.
  private static func switcher(_ words: ConsentWords) -> HTML {
    let other = words.language.other
    return """
      <nav><a href="?language=\(other.rawValue)" hreflang="\(other.rawValue)" \
      lang="\(other.rawValue)">\(ConsentWords.of(other).languageName)</a></nav>

      """
  }

  private static func document(_ words: ConsentWords, _ content: HTML) -> HTML {
    """
    <!doctype html>
    <html lang="\(words.language.rawValue)">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>\(words.windowTitle)</title>
    <style>\(ConsentStyle.sheet)</style>
    </head>
    <body>
    <main>
    \(content)
    </main>
    </body>
    </html>

    """
  }
}
