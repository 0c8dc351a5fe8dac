import Protobuf
import Schema
import TestSchema
import Testing

typealias Everything = PayaidTest.V1.Everything

@Suite struct BinaryTests {
  static let round: [(String, @Sendable (inout Everything) -> Void)] = [
    ("nothing", { _ in }),
    ("negative zero double", { $0.doubleValue = -0.0 }),
    ("negative zero float", { $0.floatValue = -0.0 }),
    ("smallest int64", { $0.int64Value = .min }),
    ("smallest sint32", { $0.sint32Value = .min }),
    ("largest uint64", { $0.uint64Value = .max }),
    (
      "fixed numbers",
      {
        $0.sfixed64Value = -1
        $0.fixed32Value = 7
        $0.sfixed32Value = .min
      }
    ),
    ("NUL in a string", { $0.stringValue = "a\0b" }),
    ("NUL alone", { $0.stringValue = "\0" }),
    ("four-byte scalars", { $0.stringValue = "नमस्ते 🙂" }),
    ("bytes of all values", { $0.bytesValue = Array(0...255) }),
    ("negative enum", { $0.color = .negative }),
    ("unknown enum", { $0.color = .unrecognized(77) }),
    ("empty message", { $0.nested = .init() }),
    ("recursion", { $0.recursive = .with { $0.recursive = .with { $0.int32Value = 3 } } }),
    ("optional zero", { $0.optionalInt32 = 0 }),
    ("optional negative zero", { $0.optionalDouble = -0.0 }),
    ("optional empty string", { $0.optionalString = "" }),
    ("optional empty bytes", { $0.optionalBytes = [] }),
    ("optional false", { $0.optionalBool = false }),
    ("optional enum at zero", { $0.optionalColor = .unspecified }),
    ("optional message", { $0.optionalNested = .with { $0.note = "" } }),
    (
      "lists of numbers",
      {
        $0.int32s = [0, -1, .max]
        $0.sint64s = [.min, 0]
        $0.doubles = [-0.0, 1.5]
      }
    ),
    (
      "lists with empties",
      {
        $0.strings = ["", "a\0", ""]
        $0.byteStrings = [[], [0]]
      }
    ),
    ("lists of messages", { $0.nesteds = [.init(), .with { $0.a = 1 }] }),
    ("unpacked list", { $0.unpacked = [1, 2, 3] }),
    ("map of strings", { $0.labels = ["": "", "a": "", "b": "1"] }),
    ("map by bool", { $0.byBool = [false: [], true: [1]] }),
    (
      "map by number",
      {
        $0.byInt32 = [0: 0, -5: -0.0]
        $0.bySint64 = [.min: 1]
      }
    ),
    ("map of messages", { $0.byUint64 = [0: .init(), .max: .with { $0.a = 9 }] }),
    ("map of enums", { $0.colorMap = ["x": .red, "y": .unrecognized(9)] }),
    ("oneof zero", { $0.choice = .choiceNumber(0) }),
    ("oneof empty text", { $0.choice = .choiceText("") }),
    ("oneof empty bytes", { $0.choice = .choiceBytes([]) }),
    ("oneof message", { $0.choice = .choiceNested(.init()) }),
    ("oneof recursion", { $0.choice = .choiceRecursive(.with { $0.choice = .choiceBool(false) }) }),
    (
      "far fields",
      {
        $0.farNested = .with { $0.a = 5 }
        $0.farText = "far"
      }
    ),
    (
      "names that need care",
      {
        $0.`class` = 1
        $0.`default` = 2
        $0.self_ = 3
        $0.init_ = 4
      }
    ),
  ]

  @Test(arguments: round.map(\.0)) func `a message comes back as it was`(name: String) throws {
    let make = try #require(Self.round.first { $0.0 == name }).1
    let message = Everything.with(make)
    let bytes = try message.serializedBytes()
    let again = try Everything(serializedBytes: bytes)
    #expect(again == message)
    #expect(try again.serializedBytes() == bytes)
    if name.contains("negative zero") { #expect(!bytes.isEmpty) }
    #expect(name == "nothing" || !bytes.isEmpty)
  }

  /// Wire bytes, and what they must mean.
  static let accepted: [(String, [UInt8], @Sendable (inout Everything) -> Void)] = [
    ("last scalar wins", [0x18, 1, 0x18, 2], { $0.int32Value = 2 }),
    ("overlong tag", [0x98, 0x80, 0x00, 5], { $0.int32Value = 5 }),
    ("overlong varint", [0x18, 0x85, 0x80, 0x00], { $0.int32Value = 5 }),
    (
      "varint of ten bytes", [0x18] + Array(repeating: 0xff, count: 9) + [1], { $0.int32Value = -1 }
    ),
    ("bool beyond 1", [0x68, 0x80, 0x02], { $0.boolValue = true }),
    (
      "message in two parts", [0x8a, 1, 2, 0x08, 7, 0x18, 3, 0x8a, 1, 3, 0x22, 1, 9],
      {
        $0.int32Value = 3
        $0.nested = .with {
          $0.a = 7
          $0.list = [9]
        }
      }
    ),
    (
      "second part of a message wins", [0x8a, 1, 2, 0x08, 7, 0x8a, 1, 2, 0x08, 8],
      { $0.nested = .with { $0.a = 8 } }
    ),
    (
      "oneof: last member wins", [0xe8, 3, 5, 0xf2, 3, 1, 0x61],
      { $0.choice = .choiceText("a") }
    ),
    (
      "oneof: parts of one message merge", [0x82, 4, 2, 0x08, 1, 0x82, 4, 3, 0x22, 1, 2],
      {
        $0.choice = .choiceNested(
          .with {
            $0.a = 1
            $0.list = [2]
          })
      }
    ),
    (
      "oneof: another member in between starts anew",
      [0x82, 4, 2, 0x08, 1, 0xe8, 3, 5, 0x82, 4, 3, 0x22, 1, 2],
      { $0.choice = .choiceNested(.with { $0.list = [2] }) }
    ),
    ("packed and unpacked mix", [0x88, 2, 1, 0x8a, 2, 2, 2, 3], { $0.int32s = [1, 2, 3] }),
    ("unpacked field sent packed", [0x82, 3, 2, 1, 2], { $0.unpacked = [1, 2] }),
    ("empty packed list", [0x8a, 2, 0], { _ in }),
    ("map: last entry wins", entry(1) + entry(2), { $0.byInt32 = [1: 2] }),
    ("map: missing key and value", [0x9a, 3, 0], { $0.labels = ["": ""] }),
    ("map: missing message", [0xb2, 3, 2, 0x08, 4], { $0.byUint64 = [4: .init()] }),
    ("map: unknown field in an entry", [0x9a, 3, 2, 0x18, 1], { $0.labels = ["": ""] }),
  ]

  static func entry(_ value: UInt8) -> [UInt8] {
    [0xa2, 3, 11, 0x08, 1, 0x11, 0, 0, 0, 0, 0, 0] + (value == 1 ? [0xf0, 0x3f] : [0x00, 0x40])
  }

  @Test(arguments: accepted.map(\.0))
  func `unusual but legal bytes are read`(name: String) throws {
    let row = try #require(Self.accepted.first { $0.0 == name })
    #expect(try Everything(serializedBytes: row.1) == Everything.with(row.2))
  }

  /// Wire bytes nobody may send.
  static let refused: [(String, [UInt8], ProtobufError.Kind)] = [
    ("field 0", [0x00, 0x01], .malformed),
    ("overlong field 0", [0x80, 0x00, 0x01], .malformed),
    ("number above 2^29-1", [0x80, 0x80, 0x80, 0x80, 0x10, 0x00], .malformed),
    ("tag of six bytes", [0x98, 0x80, 0x80, 0x80, 0x80, 0x00, 1], .malformed),
    ("wire type 6", [0x1e, 0], .malformed),
    ("wire type 7", [0x1f, 0], .malformed),
    ("end of a group nobody began", [0x1c], .malformed),
    ("group that does not end", [0x1b, 0x08, 1], .malformed),
    ("group that ends as another", [0x1b, 0x24], .malformed),
    ("varint of eleven bytes", [0x18] + Array(repeating: 0x80, count: 10) + [1], .malformed),
    ("length beyond the end", [0x72, 5, 0x61], .malformed),
    ("length of six bytes", [0x72, 0x81, 0x80, 0x80, 0x80, 0x80, 0x00, 0x61], .malformed),
    ("length of 4 GiB", [0x72, 0xff, 0xff, 0xff, 0xff, 0x0f], .malformed),
    ("string that is not UTF-8", [0x72, 2, 0xff, 0xfe], .invalidUTF8),
    ("surrogate in a string", [0x72, 3, 0xed, 0xa0, 0x80], .invalidUTF8),
    ("overlong form in a string", [0x72, 2, 0xc0, 0x80], .invalidUTF8),
    ("string that is not UTF-8, replaced", [0x72, 1, 0xff, 0x72, 0], .invalidUTF8),
    ("member that is not UTF-8, replaced", [0xf2, 3, 1, 0xff, 0xe8, 3, 1], .invalidUTF8),
    ("map key that is not UTF-8, replaced", [0x9a, 3, 5, 0x0a, 1, 0xff, 0x0a, 0], .invalidUTF8),
    ("map key that is not UTF-8", [0x9a, 3, 3, 0x0a, 1, 0xff], .invalidUTF8),
    ("packed list cut in a number", [0x8a, 2, 1, 0x80], .malformed),
    ("packed fixed list of odd size", [0xba, 2, 3, 1, 2, 3], .malformed),
  ]

  @Test(arguments: refused.map(\.0)) func `bytes nobody may send are refused`(name: String) throws {
    let row = try #require(Self.refused.first { $0.0 == name })
    let error = #expect(throws: ProtobufError.self) { try Everything(serializedBytes: row.1) }
    #expect(error?.kind == row.2)
    #expect(throws: ProtobufError.self) {
      try transcodeBinaryToJSON(row.1, type: Everything.messageType)
    }
  }

  /// Fields `Everything` does not have, or has with another wire type.
  static let unknown: [(String, [UInt8])] = [
    ("varint", [0xf8, 7, 5]),
    ("group", [0xfb, 7, 0x08, 1, 0x13, 0x14, 0xfc, 7]),
    ("known number, other wire type", [0x0a, 1, 0x61]),
    ("string sent as a number", [0x70, 1]),
    ("bool sent as fixed32", [0x6d, 1, 0, 0, 0]),
    ("two fields apart", [0xf8, 7, 5, 0xf9, 7, 1, 2, 3, 4, 5, 6, 7, 8]),
  ]

  @Test(arguments: unknown.map(\.0)) func `unknown fields are kept and sent again`(name: String)
    throws
  {
    let bytes = try #require(Self.unknown.first { $0.0 == name }).1
    let message = try Everything(serializedBytes: [0x20, 9] + bytes)
    #expect(message.int64Value == 9)
    #expect(message.unknownFields.bytes == bytes)
    #expect(try message.serializedBytes() == [0x20, 9] + bytes)
    let nested = try Everything(serializedBytes: [0x8a, 1, UInt8(bytes.count)] + bytes)
    #expect(nested.nested?.unknownFields.isEmpty == false)
  }

  @Test func `a message cut anywhere is read or refused, never more`() throws {
    var message = Everything()
    for row in Self.round { row.1(&message) }
    let bytes = try message.serializedBytes()
    #expect(try Everything(serializedBytes: bytes) == message)
    for count in bytes.indices {
      _ = try? Everything(serializedBytes: Array(bytes[..<count]))
      var bent = bytes
      bent[count] ^= 0x55
      _ = try? Everything(serializedBytes: bent)
      _ = try? transcodeBinaryToJSON(bent, type: Everything.messageType)
    }
  }

  @Test(arguments: [(100, true), (101, false), (60_000, false)])
  func `messages nest a hundred levels and no more`(levels: Int, isLegal: Bool) throws {
    var bytes: [UInt8] = []
    for _ in 1..<levels {
      var length: [UInt8] = []
      var rest = bytes.count
      repeat {
        length.append(UInt8(rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
        rest >>= 7
      } while rest > 0
      bytes = [0x92, 1] + length + bytes
      if bytes.count > 200_000 { break }
    }
    if isLegal {
      let message = try Everything(serializedBytes: bytes)
      #expect(try message.serializedBytes() == bytes)
    } else {
      let error = #expect(throws: ProtobufError.self) { try Everything(serializedBytes: bytes) }
      #expect(error?.kind == .tooDeep)
    }
  }

  @Test func `groups nest no deeper than messages`() {
    let bytes: [UInt8] = (0..<50_000).flatMap { _ in [0xfb, 7] as [UInt8] }
    let error = #expect(throws: ProtobufError.self) { try Everything(serializedBytes: bytes) }
    #expect(error?.kind == .tooDeep)
  }

  @Test func `a message too deep is not written`() {
    var message = Everything()
    for _ in 0..<100 { message = .with { [message] in $0.recursive = message } }
    let error = #expect(throws: ProtobufError.self) { try message.serializedBytes() }
    #expect(error?.kind == .tooDeep)
  }

  @Test func `four megabytes of empty messages stay within the budget`() {
    let bytes: [UInt8] = (0..<1_400_000).flatMap { _ in [0xfa, 2, 0] as [UInt8] }
    let limits = DecodingLimits(memory: 8 << 20)
    let error = #expect(throws: ProtobufError.self) {
      try Everything(serializedBytes: bytes, limits: limits)
    }
    #expect(error?.kind == .overBudget)
  }

  @Test func `many small unknown fields cost no more than their bytes`() throws {
    let bytes: [UInt8] = (0..<400_000).flatMap { _ in [0xf8, 7, 1] as [UInt8] }
    let message = try Everything(serializedBytes: bytes, limits: DecodingLimits(memory: 4 << 20))
    #expect(message.unknownFields.bytes.count == bytes.count)
  }
}
