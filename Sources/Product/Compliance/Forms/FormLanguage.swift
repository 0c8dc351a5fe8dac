/// A language that the page is written in. The raw value is its BCP 47 tag.
enum FormLanguage: String, Sendable, CaseIterable {
  case english = "en"
  case hindi = "hi"

  /// The one that a page has a link to.
  var other: FormLanguage { self == .english ? .hindi : .english }

  /// What a page is shown in: what the person chose, else what the merchant did, else the first that
  /// the person's browser names, else English.
  init(chosen: String?, by merchant: FormLanguage?, accepted: String) {
    let first = accepted.split(separator: ",").lazy.compactMap(Self.init(range:)).first
    self = chosen.flatMap(Self.init(rawValue:)) ?? merchant ?? first ?? .english
  }

  /// The language of one range of Accept-Language, ` hi-IN;q=0.8`.
  private init?(range: Substring) {
    let tag = range.drop { $0 == " " }.prefix { $0 != "-" && $0 != ";" && $0 != " " }
    self.init(rawValue: tag.lowercased())
  }
}
