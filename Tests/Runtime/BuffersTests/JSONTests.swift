internal import Buffers
import Testing

@Suite struct JSONParsingTests {
  @Test(arguments: [
    "null", "true", "false", "0", "-0", "1.5e+300", "12345678901234567890123", "\"\"", "[]", "{}",
    "[1,[2,{\"a\":null}],\"x\"]", "{\"b\":1,\"a\":2}", "\"हिन्दी 😀\"", "1E5",
  ])
  func `what is written is what was read, to the digit`(text: String) throws {
    #expect(try JSONValue(parsing: text).serializedString == text)
  }

  @Test(arguments: [
    (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u0939""#, "Aéह"),
    (#""\ud83d\ude00!""#, "😀!"),
    (
      #""a long plain run before \n and a long run after""#,
      "a long plain run before \n and a long run after"
    ), (#""\u0000""#, "\0"),
  ])
  func `escapes are read`(text: String, expected: String) throws {
    #expect(try JSONValue(parsing: text) == .string(expected))
  }

  @Test(arguments: [
    ("", 0), ("  ", 2), ("nul", 3), ("[1,]", 3), ("[1 2]", 3), ("{\"a\" 1}", 5), ("{a:1}", 1),
    ("{\"a\":1,}", 7), ("01", 1), ("1.", 2), (".5", 0), ("+1", 0), ("1e", 2), ("-", 1), ("NaN", 0),
    ("\"a", 2), ("\"\\x\"", 2), ("\"\\u12g4\"", 5), ("\"\\ud800\"", 1), ("\"\\udc00\"", 1),
    ("\"\\ud800\\u0041\"", 1), ("\"tab\there\"", 4), ("1 2", 2), ("{\"a\":1,\"a\":2}", 7),
    ("\u{FEFF}1", 0), ("[", 1), ("{\"a\":", 5), ("/*c*/1", 0),
  ])
  func `a fault is refused with its place`(text: String, offset: Int) {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    #expect(error?.offset == offset)
  }

  @Test(
    arguments: [
      ([0x22, 0x61, 0xFF, 0x22], 2), ([0x22, 0xC0, 0x80, 0x22], 1),
      ([0x22, 0xED, 0xA0, 0x80, 0x22], 1),
      ([0x22, 0xE2, 0x82, 0x22], 1), ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1),
    ] as [([UInt8], Int)])
  func `invalid UTF-8 is refused`(bytes: [UInt8], offset: Int) {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
    #expect(error?.offset == offset)
  }

  @Test func `nesting is limited`() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try JSONValue(parsing: nested(100))
    #expect(throws: JSONError.self) { try JSONValue(parsing: nested(101)) }
    #expect(throws: JSONError.self) { try JSONValue(parsing: nested(1_000_000)) }
    _ = try JSONValue(parsing: nested(3), maxDepth: 3)
  }

  @Test func `the last duplicate wins when allowed`() throws {
    let value = try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#, duplicateKeys: .lastWins)
    #expect(value.serializedString == #"{"a":3,"b":2}"#)
  }

  @Test func `an object with many keys finds each of them`() throws {
    var object = JSONObject()
    for number in 0..<1000 { object["k\(number)"] = .int(number) }
    object["k500"] = nil
    #expect(object.count == 999)
    #expect(object["k999"]?.intValue == 999)
    #expect(object["k500"] == nil)
    #expect(object["k16"]?.intValue == 16)
    #expect(try JSONValue(parsing: JSONValue.object(object).serialized()) == .object(object))
  }

  @Test func `accessors answer nil for another kind`() throws {
    let value = try JSONValue(parsing: #"{"n":12,"s":"12","f":1.5,"w":2.0,"t":true,"l":[1]}"#)
    #expect(value["n"]?.intValue == 12)
    #expect(value["s"]?.intValue == 12)
    #expect(value["f"]?.intValue == nil)
    #expect(value["w"]?.intValue == 2)
    #expect(value["f"]?.doubleValue == 1.5)
    #expect(value["t"]?.boolValue == true)
    #expect(value["l"]?[0] == 1)
    #expect(value["l"]?[1] == nil)
    #expect(value["n"]?.stringValue == nil)
    #expect(value["none"] == nil)
  }

  @Test func `random damage is refused or read, never a trap`() throws {
    let seed = Array(#"{"a":[1,-2.5e3,"x\u00e9\n",{"b":null}],"c":"\ud83d\ude00"}"#.utf8)
    var random = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      var bytes = seed
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
          in: 0...255, using: &random)
      }
      bytes.removeLast(Int.random(in: 0...bytes.count / 2, using: &random))
      guard let value = try? JSONValue(parsing: bytes) else { continue }
      #expect(try JSONValue(parsing: value.serialized()) == value)
    }
  }
}

@Suite struct JSONWriterTests {
  @Test func `commas go where they belong`() {
    var json = JSONWriter()
    json.beginObject()
    json.key("a")
    json.beginArray()
    json.number(1)
    json.beginObject()
    json.endObject()
    json.null()
    json.endArray()
    json.key("b")
    json.bool(true)
    json.key("c")
    json.base64([1, 2, 3])
    json.key("d")
    json.number(0.5)
    json.endObject()
    #expect(
      String(decoding: json.bytes, as: UTF8.self)
        == #"{"a":[1,{},null],"b":true,"c":"AQID","d":0.5}"#)
  }

  @Test func `control characters are escaped, text is not`() {
    var json = JSONWriter()
    json.string("\"\\\n\r\t\u{1}é😀")
    #expect(String(decoding: json.bytes, as: UTF8.self) == #""\"\\\n\r\t\u0001é😀""#)
  }
}
