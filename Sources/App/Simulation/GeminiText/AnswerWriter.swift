internal import Buffers

/// Writes the JSON that a schema asks for: the same for the same transcript and schema.
///
/// Fields whose meaning is known hold what the reading says. Of others nothing is known: null where
/// that is allowed, else the least that fits. Patterns are not looked at.
struct AnswerWriter {
  /// Elements that `minItems` can ask for.
  private static let mostItems = 16

  /// What is known of the call.
  let reading: TranscriptReading
  /// Values break the schema on purpose.
  let breaksSchema: Bool

  /// The whole answer.
  func document(_ schema: ResponseSchema) -> JSONValue {
    let isMood = schema.kind == .string && !schema.choices.isEmpty
    return value(schema, isMood ? .sentiment : .plain, named: "")
  }

  /// What JSON mode without a schema gives.
  var freeForm: JSONValue {
    [
      "summary": .string(reading.summary), "sentiment": .string(reading.sentiment),
      "sentiment_score": JSONNumber(reading.score).map { .number($0) } ?? 0,
      "action_items": .array(reading.actionItems.map { .string($0) }),
    ]
  }

  /// Anything that the schema allows for a field.
  private func value(
    _ schema: ResponseSchema, _ meaning: FieldMeaning, named name: String
  ) -> JSONValue {
    let isKnown = meaning != .plain || schema.kind == .object
    if schema.isNullable, !isKnown { return .null }
    switch schema.kind {
    case .string: return .string(text(schema, meaning, named: name))
    case .number, .integer: return number(schema, meaning)
    case .boolean: return false
    case .array: return .array(items(schema, meaning, named: name))
    case .object: return object(schema, meaning)
    case .null: return .null
    }
  }

  /// Every member, required or not.
  private func object(_ schema: ResponseSchema, _ meaning: FieldMeaning) -> JSONValue {
    var object = JSONObject()
    for property in schema.properties {
      let inner = FieldMeaning(property.name, in: meaning)
      object[property.name] = value(property.schema, inner, named: property.name)
    }
    return .object(object)
  }

  /// One element per action item; of others as many as there must be, and one at least.
  private func items(
    _ schema: ResponseSchema, _ meaning: FieldMeaning, named name: String
  ) -> [JSONValue] {
    guard let item = schema.items.first else { return [] }
    let actions = meaning == .actionItems ? reading.actionItems : []
    let known = actions.map { FieldMeaning.actionItem($0) }
    let usual = meaning == .actionItems ? 0 : 1
    let least = min(max(schema.minItems ?? 0, usual), Self.mostItems)
    let padding = Array(
      repeating: meaning == .actionItems ? .plain : meaning, count: max(0, least - known.count))
    return (known + padding).prefix(max(0, schema.maxItems ?? .max)).map {
      value(item, $0, named: name)
    }
  }

  /// A score within the bounds, or the number nearest to 0.
  private func number(_ schema: ResponseSchema, _ meaning: FieldMeaning) -> JSONValue {
    let isScore = meaning == .score || meaning == .sentiment
    var number = clamped(isScore ? reading.score : 0, schema)
    if schema.kind == .integer { number = whole(number, schema) }
    if breaksSchema, isScore || schema.maximum != nil {
      number = max(7, (schema.maximum ?? 0).rounded() + 1)
    }
    if let whole = Int(exactly: number) { return .int(whole) }
    return JSONNumber(number).map { .number($0) } ?? 0
  }

  /// The whole number in the bounds that is nearest to `number`.
  private func whole(_ number: Double, _ schema: ResponseSchema) -> Double {
    let least = schema.minimum?.rounded(.up) ?? -.infinity
    return max(least, min(schema.maximum?.rounded(.down) ?? .infinity, number.rounded()))
  }

  /// The number in the bounds that is nearest to `number`.
  private func clamped(_ number: Double, _ schema: ResponseSchema) -> Double {
    max(schema.minimum ?? number, min(schema.maximum ?? number, number))
  }
}
