internal import Buffers

/// Everything a `--script` file can set; without one, the demo's telephone book and order desk.
package struct Scenario: Sendable {
  /// Scripts by number in the form +91XXXXXXXXXX.
  package var numbers = DemoNumbers.scripts
  package var fallback = DemoNumbers.fallback
  package var rules = AnswerRule.defaults
  /// Numbers on the do-not-disturb list.
  package var doNotDisturb: Set<String> = ["+919000000099"]
  package var exotelFaults = ExotelFaults()
  package var geminiFaults = LiveFaults()
  package var geminiTextFaults = TextFaults()
  package var geminiEmbeddingFaults = EmbeddingFaults()
  package var pineconeFaults = PineconeFaults()
  package var recognitionFaults = RecognitionFaults()
  package var synthesisFaults = SynthesisFaults()

  package init() {}

  /// Reads a script file. Its numbers and rules come before the built-in ones.
  package init(json: [UInt8]) throws(SimulationError) {
    guard let value = try? JSONValue(parsing: json) else {
      throw SimulationError(.invalidScript, "the script is not valid JSON")
    }
    let reader = try MemberReader(value, .invalidScript, in: "script")
    try reader.allow(only: Self.members)
    for (number, script) in value["numbers"]?.objectValue ?? JSONObject() {
      numbers[PhoneDigits.international(number) ?? number] = try CallScript(
        script, named: "numbers[\(number.suffix(2))]")
    }
    if let script = value["default"] { fallback = try CallScript(script, named: "default") }
    var own: [AnswerRule] = []
    for (index, rule) in (try reader.list("rules") ?? []).enumerated() {
      own.append(try AnswerRule(rule, at: "rules[\(index)]"))
    }
    rules = own + rules
    doNotDisturb.formUnion(
      (try reader.texts("dnd") ?? []).map { PhoneDigits.international($0) ?? $0 })
    try readFaults(value)
  }

  /// What a script file may set.
  private static let members: Set<String> = [
    "numbers", "default", "rules", "dnd", "exotel", "gemini", "gemini_text", "gemini_embedding",
    "pinecone", "google_stt", "azure_tts",
  ]

  /// The switches of every side that the script names.
  private mutating func readFaults(_ value: JSONValue) throws(SimulationError) {
    if let faults = value["exotel"] { exotelFaults = try ExotelFaults(faults) }
    if let faults = value["gemini"] { geminiFaults = try LiveFaults(faults) }
    if let faults = value["gemini_text"] { geminiTextFaults = try TextFaults(faults) }
    if let faults = value["gemini_embedding"] {
      geminiEmbeddingFaults = try EmbeddingFaults(faults)
    }
    if let faults = value["pinecone"] { pineconeFaults = try PineconeFaults(faults) }
    if let faults = value["google_stt"] { recognitionFaults = try RecognitionFaults(faults) }
    if let faults = value["azure_tts"] { synthesisFaults = try SynthesisFaults(faults) }
  }

  /// What the owner of `number`, in the form +91XXXXXXXXXX, does on the phone; nil is a withheld
  /// number.
  package func script(for number: String?) -> CallScript {
    number.flatMap { numbers[$0] } ?? fallback
  }

  /// Every line a caller may say, for the ears.
  package var callerLines: [String] {
    let lines = (Array(numbers.values) + [fallback]).flatMap(\.lines).map(\.text)
    return Array(Set(lines)).filter { !$0.isEmpty }.sorted()
  }
}
