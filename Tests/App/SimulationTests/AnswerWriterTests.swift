import Buffers
import Testing

@testable import Simulation

@Suite struct TranscriptReadingTests {
  @Test(arguments: [
    ("caller: Thank you, that was great.", 1.0, "positive"),
    ("caller: I am angry.\ncaller: This is terrible.", -1.0, "negative"),
    ("caller: I am not happy with this.", -1.0, "negative"),
    ("caller: Where is my order?", 0.0, "neutral"),
    ("caller: Good.\ncaller: Good.\ncaller: But bad.", 0.33, "positive"),
    ("agent: Great, thank you!\ncaller: I have a complaint.", -1.0, "negative"),
    ("agent: Terrible weather.", 0.0, "neutral"),
    ("caller: धन्यवाद, बहुत अच्छा।", 1.0, "positive"),
    ("caller: यह बेकार है, मैं नाराज़ हूँ।", -1.0, "negative"),
    ("caller: मैं खुश नहीं हूँ।", -1.0, "negative"),
    ("I want a refund.", -1.0, "negative"),
    ("", 0.0, "neutral"),
  ])
  func `only what the caller says decides the mood`(
    text: String, score: Double, sentiment: String
  ) {
    let reading = TranscriptReading(text)
    #expect(reading.score == score)
    #expect(reading.sentiment == sentiment)
  }

  @Test func `first and last line sum it up and requests become action items`() {
    let reading = TranscriptReading(
      """
      Analyse this call.
      caller: Hello.
      agent: How can I help?  Shall I cancel it?
      CALLER:  Please cancel my order.
      caller: मुझे वापस कॉल करो।
      caller: Goodbye.
      """)
    #expect(reading.summary == "Hello. Goodbye.")
    #expect(reading.actionItems == ["Please cancel my order.", "मुझे वापस कॉल करो।"])
  }

  @Test func `a silent caller is said to have been silent`() {
    #expect(TranscriptReading("agent: Hello?").summary == "The caller said nothing.")
    #expect(TranscriptReading("caller: Hi.").summary == "Hi.")
  }
}

@Suite struct AnswerWriterTests {
  static let angry = TranscriptReading(
    "caller: Cancel my order.\nagent: Why?\ncaller: It is terrible.\ncaller: Refund me.")
  static let analysis = """
    {"type":"OBJECT","properties":{
       "summary":{"type":"STRING","maxLength":12},
       "sentiment":{"type":"STRING","enum":["POSITIVE","NEUTRAL","NEGATIVE"]},
       "sentiment_score":{"type":"NUMBER","minimum":-0.5,"maximum":0.5},
       "action_items":{"type":"ARRAY","items":{"type":"STRING"},"maxItems":1}},
     "required":["summary"],
     "propertyOrdering":["sentiment","action_items","sentiment_score","summary"]}
    """

  static func answer(
    _ schema: String, _ reading: TranscriptReading = angry, breaking: Bool = false
  ) throws -> String {
    let schema = try SchemaReader.read(JSONValue(parsing: schema), field: "f")
    return AnswerWriter(reading: reading, breaksSchema: breaking).document(schema).serializedString
  }

  @Test func `an analysis keeps to its schema and its order`() throws {
    #expect(
      try Self.answer(Self.analysis)
        == #"{"sentiment":"NEGATIVE","action_items":["Cancel my order."],"#
        + #""sentiment_score":-0.5,"summary":"Cancel my or"}"#)
  }

  @Test func `a broken analysis breaks its schema`() throws {
    let value = try JSONValue(parsing: Self.answer(Self.analysis, breaking: true))
    #expect(value["sentiment"] == "ecstatic")
    #expect(value["sentiment_score"]?.doubleValue == 7)
  }

  @Test(arguments: [
    (#"{"type":"integer","minimum":3,"maximum":9}"#, "3"),
    (#"{"type":"INTEGER","minimum":1.5}"#, "2"),
    (#"{"type":"BOOLEAN"}"#, "false"),
    (#"{"type":"NULL"}"#, "null"),
    (#"{"type":"STRING","nullable":true}"#, "null"),
    (#"{"type":["string","null"]}"#, "null"),
    (#"{"anyOf":[{"type":"null"},{"type":"integer"}]}"#, "null"),
    (#"{"type":"STRING","format":"date"}"#, #""2026-01-01""#),
    (#"{"type":"STRING","enum":["x","y"]}"#, #""x""#),
    (#"{"type":"STRING","enum":["neutral","negative"]}"#, #""negative""#),
    (#"{"const":"fixed"}"#, #""fixed""#),
    (#"{"type":"ARRAY","items":{"type":"INTEGER"},"minItems":2}"#, "[0,0]"),
    (#"{"type":"ARRAY","items":{"type":"INTEGER"},"maxItems":0}"#, "[]"),
    (
      #"{"type":"object","properties":{"call_reason":{"type":"string","minLength":13}}}"#,
      #"{"call_reason":"call reason.."}"#
    ),
    (
      ##"{"$defs":{"M":{"enum":["good","negative"]}},"type":"object","properties":{"sentiment":{"$ref":"#/$defs/M"}}}"##,
      #"{"sentiment":"negative"}"#
    ),
    (
      #"{"properties":{"sentiment":{"type":"OBJECT","properties":{"label":{"type":"STRING"},"score":{"type":"NUMBER"}}}}}"#,
      #"{"sentiment":{"label":"negative","score":-1}}"#
    ),
    (
      #"{"properties":{"actionItems":{"type":"ARRAY","maxItems":1,"items":{"properties":{"task":{"type":"STRING"}}}}}}"#,
      #"{"actionItems":[{"task":"Cancel my order."}]}"#
    ),
  ])
  func `every kind of schema has its least answer`(schema: String, answer: String) throws {
    #expect(try Self.answer(schema) == answer)
  }

  @Test(arguments: [
    (#"{"type":"OBJECT"}"#, "f.properties: should be non-empty for OBJECT type"),
    (#"{"type":"ARRAY"}"#, "f.items: missing field."),
    (#"{"title":"x"}"#, "f.type: must be specified"),
    (
      #"{"properties":{"a":{"type":"ARRAY"}}}"#, #"f.properties["a"].items: missing field."#
    ),
    (
      #"{"properties":{"a":{"type":"NULL"}},"required":["a","b"]}"#,
      "f.required[1]: property is not defined"
    ),
    (
      #"{"properties":{"a":{"type":"NULL"}},"propertyOrdering":["b"]}"#,
      #"f.property_ordering: property "b" is not defined"#
    ),
    (##"{"$ref":"#/$defs/None"}"##, "reference to undefined schema at #/$defs/None"),
    (
      ##"{"$defs":{"A":{"$ref":"#/$defs/A"}},"$ref":"#/$defs/A"}"##,
      "f: schema is nested too deeply"
    ),
  ])
  func `a schema that means nothing is refused by its path`(
    schema: String, message: String
  ) throws {
    let fault = #expect(throws: GoogleError.self) { try Self.answer(schema) }
    #expect(fault?.message.contains(message) == true, "\(fault?.message ?? "")")
  }

  @Test func `text is cut between characters`() {
    #expect("नमस्ते".cut(to: 3) == "नम")
    #expect("abc".cut(to: 9) == "abc")
    #expect("abc".cut(to: -1) == "")
  }
}
