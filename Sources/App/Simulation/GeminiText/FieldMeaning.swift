/// What a field of an answer is about, by its name.
enum FieldMeaning: Sendable, Equatable {
  /// Nothing that the stand-in knows of.
  case plain
  /// What the call was about.
  case summary
  /// The caller's mood in a word.
  case sentiment
  /// The mood as a number.
  case score
  /// What is left to do.
  case actionItems
  /// A member of the object that stands for one action item.
  case actionItem(String)

  /// Members of an item that hold its text.
  private static let itemNames: Set<String> = [
    "action", "description", "item", "task", "text", "title",
  ]

  /// The meaning of the member `name` of an object that means `parent`; `sentiment_score` and
  /// `sentimentScore` are the same.
  init(_ name: String, in parent: FieldMeaning) {
    let key = name.lowercased().filter { $0.isLetter }
    switch (key, parent) {
    case ("summary", _), ("callsummary", _): self = .summary
    case ("sentimentscore", _), ("score", _): self = .score
    case ("sentiment", _), ("overallsentiment", _), ("label", .sentiment): self = .sentiment
    case ("actionitems", _): self = .actionItems
    case (_, .actionItem(let text)) where Self.itemNames.contains(key): self = .actionItem(text)
    default: self = .plain
    }
  }
}
