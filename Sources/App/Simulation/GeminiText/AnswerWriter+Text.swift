extension AnswerWriter {
  /// Unicode scalars that `minLength` can add.
  private static let mostPadding = 10_000

  /// One of the choices, or a text of a length that is allowed.
  func text(
    _ schema: ResponseSchema, _ meaning: FieldMeaning, named name: String
  ) -> String {
    if breaksSchema, meaning == .sentiment || !schema.choices.isEmpty { return "ecstatic" }
    let plain = plainText(meaning, schema.format, named: name)
    return schema.choices.isEmpty ? fitted(plain, schema) : choice(for: plain, of: schema.choices)
  }

  /// What the field would say without limits.
  private func plainText(_ meaning: FieldMeaning, _ format: String, named name: String) -> String {
    switch meaning {
    case .summary: reading.summary
    case .sentiment: reading.sentiment
    case .score: reading.score.description
    case .actionItems: reading.actionItems.joined(separator: "; ")
    case .actionItem(let text): text
    case .plain where format == "date-time": "2026-01-01T00:00:00Z"
    case .plain where format == "date": "2026-01-01"
    case .plain where format == "time": "00:00:00Z"
    case .plain: name.isEmpty ? "unknown" : String(name.map { $0 == "_" ? " " : $0 })
    }
  }

  /// The choice that begins like `text`, whatever its case; else the first.
  private func choice(for text: String, of choices: [String]) -> String {
    let start = text.lowercased().prefix(3)
    return choices.first { $0.lowercased().hasPrefix(start) } ?? choices.first ?? text
  }

  /// Cut between characters, or filled up with full stops, to the lengths of the schema.
  private func fitted(_ text: String, _ schema: ResponseSchema) -> String {
    let text = text.cut(to: schema.maxLength ?? .max)
    // Nobody asks for more in earnest; a hostile length must not take the memory.
    let missing = min(schema.minLength ?? 0, Self.mostPadding) - text.unicodeScalars.count
    return missing > 0 ? text + String(repeating: ".", count: missing) : text
  }
}

extension String {
  /// The longest start that ends between characters and has at most `limit` Unicode scalars.
  func cut(to limit: Int) -> String {
    var room = limit
    return String(
      prefix {
        room -= $0.unicodeScalars.count
        return room >= 0
      })
  }
}

extension String {
  /// The text in pieces of at most `length` characters; in two at least, unless it has but one.
  func pieces(of length: Int) -> [String] {
    let size = max(1, min(length, (count + 1) / 2))
    var rest = self[...]
    var pieces: [String] = []
    while !rest.isEmpty {
      pieces.append(String(rest.prefix(size)))
      rest = rest.dropFirst(size)
    }
    return pieces
  }
}
