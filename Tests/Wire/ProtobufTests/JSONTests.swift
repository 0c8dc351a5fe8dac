import Protobuf
import Schema
import TestSchema
import Testing

@Suite struct JSONTests {
  /// Text that is read, and how it is written again.
  static let accepted: [(String, String)] = [
    ("{}", "{}"),
    (" { \"int32Value\" : 1 } ", #"{"int32Value":1}"#),
    (#"{"int32_value":1}"#, #"{"int32Value":1}"#),
    (#"{"int32\u0056alue":1}"#, #"{"int32Value":1}"#),
    (#"{"int32Value":1e5}"#, #"{"int32Value":100000}"#),
    (#"{"int32Value":100000.000}"#, #"{"int32Value":100000}"#),
    (#"{"int32Value":"1e5"}"#, #"{"int32Value":100000}"#),
    (#"{"int32Value":-2147483648}"#, #"{"int32Value":-2147483648}"#),
    (#"{"int32Value":-0}"#, "{}"),
    (#"{"uint32Value":"4294967295"}"#, #"{"uint32Value":4294967295}"#),
    (#"{"int64Value":"-9223372036854775808"}"#, #"{"int64Value":"-9223372036854775808"}"#),
    (#"{"uint64Value":18446744073709551615}"#, #"{"uint64Value":"18446744073709551615"}"#),
    (#"{"sint64Value":1.0e3}"#, #"{"sint64Value":"1000"}"#),
    (#"{"sint64Value":-1200e-2}"#, #"{"sint64Value":"-12"}"#),
    (#"{"int64Value":0.000012e6}"#, #"{"int64Value":"12"}"#),
    (#"{"int64Value":0.00e99}"#, "{}"),
    (#"{"uint64Value":18446744073709551615.000}"#, #"{"uint64Value":"18446744073709551615"}"#),
    (#"{"doubleValue":1.5}"#, #"{"doubleValue":1.5}"#),
    (#"{"doubleValue":"1.5e2"}"#, #"{"doubleValue":150}"#),
    (#"{"doubleValue":"NaN"}"#, #"{"doubleValue":"NaN"}"#),
    (#"{"doubleValue":"-Infinity"}"#, #"{"doubleValue":"-Infinity"}"#),
    (#"{"doubleValue":-0}"#, #"{"doubleValue":-0}"#),
    (#"{"doubleValue":1.7976931348623157e+308}"#, #"{"doubleValue":1.7976931348623157e+308}"#),
    (#"{"floatValue":3.4028235e38}"#, #"{"floatValue":3.4028235e+38}"#),
    (#"{"floatValue":"Infinity"}"#, #"{"floatValue":"Infinity"}"#),
    (#"{"boolValue":true}"#, #"{"boolValue":true}"#),
    (#"{"stringValue":"a\u0000\n\"\\\/"}"#, #"{"stringValue":"a\u0000\n\"\\/"}"#),
    (#"{"stringValue":"\ud83d\ude42é"}"#, #"{"stringValue":"🙂é"}"#),
    (#"{"bytesValue":"-_8"}"#, #"{"bytesValue":"+/8="}"#),
    (#"{"bytesValue":"-_"}"#, #"{"bytesValue":"+w=="}"#),
    (#"{"bytesValue":"AQI="}"#, #"{"bytesValue":"AQI="}"#),
    (#"{"color":"COLOR_CRIMSON"}"#, #"{"color":"COLOR_RED"}"#),
    (#"{"color":-1}"#, #"{"color":"COLOR_NEGATIVE"}"#),
    (#"{"color":99}"#, #"{"color":99}"#),
    (#"{"nested":{}}"#, #"{"nested":{}}"#),
    (#"{"nested":null,"int32s":null,"labels":null,"int32Value":null}"#, "{}"),
    (#"{"optionalInt32":0,"optionalString":""}"#, #"{"optionalInt32":0,"optionalString":""}"#),
    (#"{"int32s":[1,2.0,"3"]}"#, #"{"int32s":[1,2,3]}"#),
    (#"{"nesteds":[{},{"a":1}]}"#, #"{"nesteds":[{},{"a":1}]}"#),
    (#"{"labels":{"":"","a b":"c"}}"#, #"{"labels":{"":"","a b":"c"}}"#),
    (#"{"byInt32":{"-1":2}}"#, #"{"byInt32":{"-1":2}}"#),
    (#"{"byBool":{"true":"AQ"}}"#, #"{"byBool":{"true":"AQ=="}}"#),
    (#"{"byUint64":{"18446744073709551615":{}}}"#, #"{"byUint64":{"18446744073709551615":{}}}"#),
    (#"{"choiceNumber":0}"#, #"{"choiceNumber":0}"#),
    (#"{"choiceText":null,"choiceNumber":5}"#, #"{"choiceNumber":5}"#),
    (#"{"choiceNull":null}"#, #"{"choiceNull":null}"#),
    (#"{"choiceNull":"NULL_VALUE"}"#, #"{"choiceNull":null}"#),
    (#"{"timestamp":"2024-02-29T23:59:59.5Z"}"#, #"{"timestamp":"2024-02-29T23:59:59.500Z"}"#),
    (#"{"timestamp":"1970-01-01T08:00:00+08:00"}"#, #"{"timestamp":"1970-01-01T00:00:00Z"}"#),
    (#"{"timestamp":"0001-01-01T00:00:00Z"}"#, #"{"timestamp":"0001-01-01T00:00:00Z"}"#),
    (
      #"{"timestamp":"9999-12-31T23:59:59.999999999Z"}"#,
      #"{"timestamp":"9999-12-31T23:59:59.999999999Z"}"#
    ),
    (
      #"{"timestamp":"1969-12-31T23:59:59.000001Z"}"#,
      #"{"timestamp":"1969-12-31T23:59:59.000001Z"}"#
    ),
    (#"{"duration":"-0.5s"}"#, #"{"duration":"-0.500s"}"#),
    (#"{"duration":"315576000000s"}"#, #"{"duration":"315576000000s"}"#),
    (
      #"{"duration":"-315576000000.999999999s"}"#,
      #"{"duration":"-315576000000.999999999s"}"#
    ),
    (#"{"fieldMask":"fooBar,a.bC"}"#, #"{"fieldMask":"fooBar,a.bC"}"#),
    (#"{"fieldMask":""}"#, #"{"fieldMask":""}"#),
    (
      #"{"struct":{"a":[1,null,{"b":"c"}],"d":false}}"#,
      #"{"struct":{"a":[1,null,{"b":"c"}],"d":false}}"#
    ),
    (#"{"value":null}"#, #"{"value":null}"#),
    (#"{"value":[[],{}]}"#, #"{"value":[[],{}]}"#),
    (#"{"listValue":[1]}"#, #"{"listValue":[1]}"#),
    (#"{"values":[null,1]}"#, #"{"values":[null,1]}"#),
    (#"{"int64Wrapper":"0","boolWrapper":false}"#, #"{"int64Wrapper":"0","boolWrapper":false}"#),
    (#"{"stringWrapper":null}"#, "{}"),
    (#"{"bytesWrapper":"AQ"}"#, #"{"bytesWrapper":"AQ=="}"#),
    (#"{"empty":{}}"#, #"{"empty":{}}"#),
    (#"{"any":{}}"#, #"{"any":{}}"#),
    (
      #"{"any":{"a":3,"@type":"x/payaid_test.v1.Everything.Nested"}}"#,
      #"{"any":{"@type":"x/payaid_test.v1.Everything.Nested","a":3}}"#
    ),
    (
      #"{"any":{"value":"1s","@type":"type.googleapis.com/google.protobuf.Duration"}}"#,
      #"{"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"}}"#
    ),
    (
      #"{"any":{"@type":"x/google.protobuf.Any","value":{"@type":"x/google.protobuf.Empty"}}}"#,
      #"{"any":{"@type":"x/google.protobuf.Any","value":{"@type":"x/google.protobuf.Empty"}}}"#
    ),
    (
      #"{"FieldName3":1,"fieldName2":2,"FieldName4":3}"#,
      #"{"FieldName3":1,"fieldName2":2,"FieldName4":3}"#
    ),
  ]

  @Test(arguments: accepted) func `JSON is read and written again`(text: String, again: String)
    throws
  {
    let type = Everything.messageType
    let bytes = try transcodeJSONToBinary(Array(text.utf8), type: type)
    let json = try transcodeBinaryToJSON(bytes, type: type)
    #expect(String(decoding: json, as: UTF8.self) == again)
    let message = try Everything(jsonString: text)
    #expect(try message.jsonString() == again)
    #expect(try message.serializedBytes() == bytes || text.contains("labels"))
  }

  /// Text nobody may send, and the path the error names.
  static let refused: [(String, String)] = [
    ("", ""), ("null", ""), ("[]", ""), ("{", ""), ("{}}", ""), ("{} {}", ""), ("{,}", ""),
    ("{'int32Value':1}", ""), ("{int32Value:1}", ""), (#"{"int32Value":1,}"#, ""),
    ("{/*a*/}", ""), (#"{"int32Value" 1}"#, ""),
    (#"{"nope":1}"#, "nope"), (#"{"nested":{"nope":1}}"#, "nested.nope"),
    (#"{"nesteds":[{},{"a":"x"}]}"#, "nesteds[1].a"), (#"{"labels":{"k":1}}"#, #"labels["k"]"#),
    (#"{"int32Value":1,"int32_value":2}"#, "int32Value"),
    (#"{"int32Value":2147483648}"#, "int32Value"), (#"{"int32Value":0.5}"#, "int32Value"),
    (#"{"int32Value":true}"#, "int32Value"), (#"{"int32Value":""}"#, "int32Value"),
    (#"{"int32Value":" 1"}"#, "int32Value"), (#"{"int32Value":"1 "}"#, "int32Value"),
    (#"{"int32Value":"12abc"}"#, "int32Value"), (#"{"int32Value":+1}"#, "int32Value"),
    (#"{"int32Value":01}"#, "int32Value"), (#"{"int32Value":"01"}"#, "int32Value"),
    (#"{"int32Value":-01}"#, "int32Value"), (#"{"int32Value":1.}"#, "int32Value"),
    (#"{"int32Value":[1]}"#, "int32Value"),
    (#"{"uint32Value":-1}"#, "uint32Value"), (#"{"int64Value":"0.5"}"#, "int64Value"),
    (#"{"int64Value":"1e536870000"}"#, "int64Value"), (#"{"int64Value":12e-1}"#, "int64Value"),
    (#"{"int64Value":1e99999999999999999999}"#, "int64Value"),
    (#"{"int64Value":9223372036854775808}"#, "int64Value"),
    (#"{"uint64Value":18446744073709551616}"#, "uint64Value"),
    (#"{"doubleValue":NaN}"#, "doubleValue"), (#"{"doubleValue":1e400}"#, "doubleValue"),
    (#"{"doubleValue":"inf"}"#, "doubleValue"), (#"{"doubleValue":""}"#, "doubleValue"),
    (#"{"doubleValue":false}"#, "doubleValue"), (#"{"floatValue":3.5e38}"#, "floatValue"),
    (#"{"floatValue":"-3.5e38"}"#, "floatValue"),
    (#"{"boolValue":0}"#, "boolValue"), (#"{"boolValue":"true"}"#, "boolValue"),
    (#"{"boolValue":True}"#, "boolValue"), (#"{"stringValue":1}"#, "stringValue"),
    (#"{"stringValue":"\ud800"}"#, "stringValue"),
    (#"{"stringValue":"\udc00\ud800"}"#, "stringValue"),
    (#"{"stringValue":"\u12"}"#, "stringValue"), (#"{"stringValue":"\x"}"#, "stringValue"),
    ("{\"stringValue\":\"a\nb\"}", "stringValue"), (#"{"stringValue":"a"#, "stringValue"),
    (#"{"bytesValue":"!!"}"#, "bytesValue"), (#"{"bytesValue":"A\nQI="}"#, "bytesValue"),
    (#"{"color":"RED"}"#, "color"), (#"{"color":"color_red"}"#, "color"),
    (#"{"color":true}"#, "color"), (#"{"color":[]}"#, "color"), (#"{"color":1.5}"#, "color"),
    (#"{"int32s":[1,null]}"#, "int32s[1]"), (#"{"int32s":1}"#, "int32s"),
    (#"{"int32s":[1,]}"#, "int32s[1]"), (#"{"int32s":[true]}"#, "int32s[0]"),
    (#"{"labels":{"a":null}}"#, #"labels["a"]"#), (#"{"labels":{null:"a"}}"#, "labels"),
    (#"{"byBool":{"x":""}}"#, #"byBool["x"]"#), (#"{"byInt32":{"a":1}}"#, #"byInt32["a"]"#),
    (#"{"labels":{"a":"","a":""}}"#, #"labels["a"]"#),
    (#"{"choiceNumber":1,"choiceText":""}"#, "choiceText"), (#"{"nested":1}"#, "nested"),
    (#"{"timestamp":"2024-01-01t00:00:00Z"}"#, "timestamp"),
    (#"{"timestamp":"2024-01-01T00:00:00z"}"#, "timestamp"),
    (#"{"timestamp":"2024-01-01 00:00:00Z"}"#, "timestamp"),
    (#"{"timestamp":"2024-01-01T00:00:00"}"#, "timestamp"),
    (#"{"timestamp":"0000-01-01T00:00:00Z"}"#, "timestamp"),
    (#"{"timestamp":"0001-01-01T00:00:00+00:01"}"#, "timestamp"),
    (#"{"timestamp":"9999-12-31T23:59:59-00:01"}"#, "timestamp"),
    (#"{"timestamp":"2023-02-29T00:00:00Z"}"#, "timestamp"),
    (#"{"timestamp":"2024-01-01T24:00:00Z"}"#, "timestamp"),
    (#"{"timestamp":"2024-01-01T00:00:60Z"}"#, "timestamp"),
    (#"{"timestamp":"2024-01-01T00:00:00.1234567890Z"}"#, "timestamp"),
    (#"{"timestamp":"2024-01-01T00:00:00+0800"}"#, "timestamp"),
    (#"{"duration":"1"}"#, "duration"), (#"{"duration":"315576000001s"}"#, "duration"),
    (#"{"duration":"1.1234567890s"}"#, "duration"), (#"{"duration":1}"#, "duration"),
    (#"{"fieldMask":"foo,bar_bar"}"#, "fieldMask"), (#"{"int32Wrapper":"x"}"#, "int32Wrapper"),
    (#"{"struct":[]}"#, "struct"), (#"{"listValue":{}}"#, "listValue"),
    (#"{"empty":{"a":1}}"#, "empty.a"),
    (#"{"any":{"a":1}}"#, "any"), (#"{"any":{"@type":"no.such/thing.Here"}}"#, "any"),
    (#"{"any":{"@type":"payaid_test.v1.Everything"}}"#, "any"),
    (#"{"any":{"@type":"","value":1}}"#, "any"),
    (#"{"any":{"@type":"x/google.protobuf.Duration","value":"1s","a":1}}"#, "any"),
    (#"{"any":{"@type":1}}"#, "any"), (#"{"any":{"@type":"x/google.protobuf.Empty"}"#, ""),
    (#"{"any":{"@type":"x/google.protobuf.Empty","@type":"x/google.protobuf.Empty"}}"#, "any"),
    (#"{"any":{"@type":"x/google.protobuf.Duration","value":"1s","@type":"x/y.Z"}}"#, "any"),
  ]

  @Test(arguments: refused) func `JSON that is wrong is refused with its place`(
    text: String, path: String
  ) {
    let error = #expect(throws: ProtobufError.self) {
      try transcodeJSONToBinary(Array(text.utf8), type: Everything.messageType)
    }
    #expect(error?.path == path)
    #expect(error.map { $0.message.first?.isUppercase } == false)
  }

  /// To read each of these twice for every byte would take days.
  @Test(arguments: ["1", "1.", "-10.0", "0."]) func `a number of any length is read in its time`(
    start: String
  ) {
    let text = start + String(repeating: "0", count: 2_000_000)
    for number in [text, "\"\(text)\"", text + "e1", text + "5e-1"] {
      let json = Array(#"{"int64s":[\#(number)]}"#.utf8)
      let isInteger = start != "1" && !number.contains("5")
      let read = try? transcodeJSONToBinary(json, type: Everything.messageType)
      #expect((read != nil) == isInteger)
    }
  }

  @Test func `an error names no more of a peer's words than a reader needs`() {
    let long = String(repeating: "k", count: 100_000)
    for (json, path) in [
      (#"{"\#(long)":1}"#, "\(long.prefix(64))…"),
      (#"{"labels":{"\#(long)":1}}"#, "labels[\"\(long.prefix(64))…\"]"),
    ] {
      let error = #expect(throws: ProtobufError.self) { try Everything(json: Array(json.utf8)) }
      #expect(error?.path == path)
    }
  }

  @Test func `one character of megabytes is cut too, between scalars`() {
    // Two bytes each behind the first: the 64th byte is the first half of one.
    let long = "k" + String(repeating: "\u{301}", count: 10_000)
    let error = #expect(throws: ProtobufError.self) {
      try Everything(json: Array(#"{"\#(long)":1}"#.utf8))
    }
    let clipped = "k" + String(repeating: "\u{301}", count: 31) + "…"
    #expect(error.map { Array($0.path.utf8) } == Array(clipped.utf8))
  }

  /// An `Any` in an `Any`, and so on, around one of a text.
  private static func nested(_ levels: Int, around text: String, typeFirst: Bool) -> [UInt8] {
    func object(_ type: String, _ member: String) -> String {
      let type = #""@type":"x/\#(type)""#
      return typeFirst ? "{\(type),\(member)}" : "{\(member),\(type)}"
    }
    var json = object("payaid_test.v1.Everything.Nested", #""note":"\#(text)""#)
    for _ in 1..<levels { json = object("google.protobuf.Any", #""value":\#(json)"#) }
    return Array(#"{"any":\#(json)}"#.utf8)
  }

  @Test func `an Any inside others is read and written at once, with its type first`() throws {
    let text = String(repeating: "t", count: 200_000)
    let json = Self.nested(90, around: text, typeFirst: true)
    let bytes = try transcodeJSONToBinary(json, type: Everything.messageType)
    #expect(try transcodeBinaryToJSON(bytes, type: Everything.messageType) == json)
  }

  @Test(arguments: [(1, 200_000, true), (3, 200_000, true), (40, 1, true), (40, 200_000, false)])
  func `an Any's type may stand anywhere, but not behind all that many others hold`(
    levels: Int, size: Int, isTaken: Bool
  ) throws {
    let text = String(repeating: "t", count: size)
    let json = Self.nested(levels, around: text, typeFirst: false)
    guard isTaken else {
      let error = #expect(throws: ProtobufError.self) { try Everything(json: json) }
      #expect(error?.kind == .invalidJSON)
      #expect(error?.message.contains(#"write it first"#) == true)
      return
    }
    let bytes = try transcodeJSONToBinary(json, type: Everything.messageType)
    #expect(
      try transcodeBinaryToJSON(bytes, type: Everything.messageType)
        == Self.nested(levels, around: text, typeFirst: true))
  }

  @Test(arguments: [[0x22, 0xff, 0x22], [0xef, 0xbb, 0xbf, 0x7b, 0x7d]] as [[UInt8]])
  func `text that is not UTF-8, or has a mark before it, is refused`(bytes: [UInt8]) {
    #expect(throws: ProtobufError.self) { try Everything(json: bytes) }
  }

  @Test(arguments: [(25, true), (200, false), (100_000, false)])
  func `free JSON nests as deep as its message may`(depth: Int, isLegal: Bool) throws {
    for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
      let text =
        #"{"value":"# + String(repeating: open, count: depth) + "1"
        + String(repeating: close, count: depth) + "}"
      guard isLegal else {
        let error = #expect(throws: ProtobufError.self) { try Everything(json: Array(text.utf8)) }
        #expect(error?.kind == .tooDeep)
        continue
      }
      let bytes = try transcodeJSONToBinary(Array(text.utf8), type: Everything.messageType)
      #expect(try transcodeBinaryToJSON(bytes, type: Everything.messageType) == Array(text.utf8))
    }
  }

  /// Values that have no JSON.
  static let unwritable: [(String, @Sendable (inout Everything) -> Void)] = [
    ("timestamp after 9999", { $0.timestamp = .with { $0.seconds = 253_402_300_800 } }),
    ("negative nanoseconds", { $0.timestamp = .with { $0.nanos = -1 } }),
    ("duration too long", { $0.duration = .with { $0.seconds = 315_576_000_001 } }),
    (
      "duration of two signs",
      {
        $0.duration = .with {
          $0.seconds = 1
          $0.nanos = -1
        }
      }
    ),
    ("mask with capitals", { $0.fieldMask = .with { $0.paths = ["fooBar"] } }),
    ("mask with a digit after _", { $0.fieldMask = .with { $0.paths = ["foo_3_bar"] } }),
    ("mask with two _", { $0.fieldMask = .with { $0.paths = ["foo__bar"] } }),
    ("NaN in a Value", { $0.value = .with { $0.kind = .numberValue(.nan) } }),
    ("Value of nothing", { $0.value = .init() }),
    (
      "Any of an unknown type",
      {
        $0.any = .with {
          $0.typeUrl = "x/y.Z"
          $0.value = [1]
        }
      }
    ),
  ]

  @Test(arguments: unwritable.map(\.0)) func `a value without JSON is an error`(name: String) throws
  {
    let make = try #require(Self.unwritable.first { $0.0 == name }).1
    let error = #expect(throws: ProtobufError.self) { try Everything.with(make).json() }
    #expect(error?.kind == .unrepresentable)
  }

  @Test func `a lenient reader steps over what it does not know`() throws {
    let text = #"{"x":[{"y":null}],"color":"NO","colors":["NO","COLOR_RED"],"colorMap":{"a":"NO"}}"#
    let message = try Everything(json: Array(text.utf8), options: .lenient)
    #expect(message == .with { $0.colors = [.red] })
  }

  @Test func `text of any length is printed and read, wherever an escape stands`() throws {
    for length in 0...40 {
      for place in 0...length {
        let text =
          String(repeating: "a", count: place) + "\""
          + String(repeating: "b", count: length - place)
        let json = #"{"stringValue":""# + text.replacing("\"", with: #"\""#) + #""}"#
        let message = Everything.with { $0.stringValue = text }
        #expect(try message.jsonString() == json)
        #expect(try Everything(jsonString: json) == message)
      }
      let plain = Everything.with { $0.stringValue = String(repeating: "ü", count: length) }
      #expect(try Everything(jsonString: plain.jsonString()) == plain)
    }
  }

  @Test func `members are found in any order, under either name and with space around them`() throws
  {
    let texts = [
      #"{"stringValue":"x","int32Value":1}"#, #"{"int32Value":1,"stringValue":"x"}"#,
      #"{ "int32_value" : 1 , "string\u0056alue" : "x" }"#,
      "{\"int32Value\":\n1,\t\"stringValue\" :\r\"x\"}",
    ]
    for text in texts {
      #expect(
        try Everything(jsonString: text) == .with { ($0.int32Value, $0.stringValue) = (1, "x") })
    }
  }

  @Test func `options change the spelling`() throws {
    var options = JSONOptions()
    options.usesProtoNames = true
    options.writesEnumsAsNumbers = true
    let message = Everything.with {
      $0.int32Value = 1
      $0.color = .red
    }
    #expect(
      String(decoding: try message.json(options: options), as: UTF8.self)
        == #"{"int32_value":1,"color":1}"#)
    options.emitsDefaults = true
    let nested = Everything.Nested.with { $0.a = 0 }
    let text = String(decoding: try nested.json(options: options), as: UTF8.self)
    #expect(text == #"{"a":0,"list":[],"counts":{}}"#)
  }

  @Test func `JSON cut or bent anywhere is read or refused, never more`() throws {
    for (text, _) in Self.accepted {
      let bytes = Array(text.utf8)
      for index in bytes.indices {
        _ = try? Everything(json: Array(bytes[..<index]))
        for change in [0x20, 0x80, 0x01] as [UInt8] {
          var bent = bytes
          bent[index] ^= change
          _ = try? Everything(json: bent)
        }
      }
    }
  }
}
