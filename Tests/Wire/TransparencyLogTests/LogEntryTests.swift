import Buffers
import Testing
import TransparencyLog

@Suite struct LogEntryTests {
  private static let log = "audit.example/tenant-demo"

  private static func entry(
    _ seq: Int64, _ event: String, _ ts: String, after prev: MerkleHash, _ payload: JSONValue
  ) -> (entry: LogEntry, payload: [UInt8]) {
    let payload = CanonicalJSON.encode(payload) ?? []
    let salt = [UInt8](repeating: UInt8(seq) * 0x11, count: 32)
    let entry = LogEntry(
      actor: "system:gate", commit: LogEntry.commit(payload, salt: salt), event: event, log: log,
      prev: prev, seq: seq, subject: "call:demo-1", ts: ts)
    return (entry, payload)
  }

  @Test func `the three entries of the format have their published hashes`() throws {
    let payloads: [(String, String, JSONValue)] = [
      (
        "dnd.check", "2026-11-22T05:30:00.000000Z",
        [
          "registry": "op-scrub", "category": "1", "number": "+919876543210", "result": "clear",
        ]
      ),
      (
        "consent.check", "2026-11-22T05:30:00.100000Z",
        ["basis": "explicit", "consent_id": "c-1", "result": "valid"]
      ),
      ("call.gate", "2026-11-22T05:30:00.200000Z", ["reason": "OK", "decision": "ALLOW"]),
    ]
    let hashes = [
      "d39d124b745655d05515406a8eac73e40ee83e8b29267c5248b043fe177a73b7",
      "a9b632de6d57fa5e67488c5fbf0b29769f44fbe88b41a168f0dae6029a6bbc04",
      "19383547483dbbd62195552cb044dd777b6046ee2c4ef5e92ea7db5682c14524",
    ]
    var (prev, frontier) = (MerkleHash.zero, MerkleFrontier())
    for (seq, (event, ts, payload)) in payloads.enumerated() {
      let made = Self.entry(Int64(seq), event, ts, after: prev, payload)
      prev = .leaf(made.entry.bytes)
      _ = frontier.append(prev)
      #expect(prev.hex == hashes[seq])
      #expect(LogEntry(made.entry.bytes) == made.entry)
    }
    #expect(
      frontier.root.hex == "931073962bb2d88e355c59b3c7af5a68eddc8517e9f09cff5213ba9ddc9623dd")
  }

  @Test func `an entry is read in its canonical form alone`() {
    let bytes = Self.entry(0, "e", "2026-11-22T05:30:00.000000Z", after: .zero, [:]).entry.bytes
    let text = String(decoding: bytes, as: UTF8.self)
    let wrong = [
      text + " ", " " + text, text.replacing("\"seq\":\"0\"", with: "\"seq\":0"),
      text.replacing("\"seq\":\"0\"", with: "\"seq\":\"00\""),
      text.replacing("\"v\":\"1\"", with: "\"v\":\"2\""),
      text.replacing("\"v\":\"1\"", with: "\"v\":\"1\",\"w\":\"1\""),
      text.replacing("\"v\":\"1\"", with: "\"v\":\"1\",\"v\":\"1\""),
      text.replacing("\"event\"", with: "\"\\u0065vent\""),
      text.replacing("\"prev\":\"00", with: "\"prev\":\"0G"),
      text.replacing("\"actor\"", with: "\"zactor\""), "[]", "", "{}",
    ]
    for text in wrong { #expect(LogEntry(Array(text.utf8)) == nil, "\(text)") }
  }
}

@Suite struct CanonicalJSONTests {
  @Test(arguments: [
    (#"{"b":"1","a":["x",{}]}"#, #"{"a":["x",{}],"b":"1"}"#),
    (#"{"1":"One","\r":"Carriage Return"}"#, #"{"\r":"Carriage Return","1":"One"}"#),
    (#""\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/\b\f""#, #""€$\u000f\nA'B\"\\\\\"/\b\f""#),
  ]) func `a value has one text`(text: String, canonical: String) throws {
    let value = try JSONValue(parsing: Array(text.utf8))
    #expect(CanonicalJSON.encode(value).map { String(decoding: $0, as: UTF8.self) } == canonical)
  }

  @Test(arguments: ["1", "-0", "1.0", "true", "null", #"{"a":1}"#, #"{"é":"x"}"#, #"[null]"#])
  func `numbers, booleans, null and other keys have none`(text: String) throws {
    #expect(CanonicalJSON.encode(try JSONValue(parsing: Array(text.utf8))) == nil)
  }
}
