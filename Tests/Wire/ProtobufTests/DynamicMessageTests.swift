import Protobuf
import Schema
import TestSchema
import Testing
import VoiceAPI

@Suite struct DynamicMessageTests {
  private typealias Info = Google.Rpc.ErrorInfo

  private static let json = Array(#"{"reason":"r","metadata":{"k":"v"}}"#.utf8)
  private static let info = Info.with {
    $0.reason = "r"
    $0.metadata = ["k": "v"]
  }

  @Test func `JSON, wire bytes and a value become each other by way of it`() throws {
    let type = Info.messageType
    let bytes = try Self.info.serializedBytes()
    let messages = [
      try DynamicMessage(json: Self.json, type: type), try DynamicMessage(Self.info),
      try DynamicMessage(serializedBytes: bytes, type: type),
    ]
    for message in messages {
      #expect(message.type == type)
      #expect(try message.json() == Self.json)
      #expect(message.serializedBytes() == bytes)
      #expect(try Info(message) == Self.info)
    }
  }

  @Test func `unknown fields go through it`() throws {
    let bytes: [UInt8] = [0x0A, 1, 0x72, 0xF8, 0x07, 5]
    let message = try DynamicMessage(serializedBytes: bytes, type: Info.messageType)
    #expect(message.serializedBytes() == bytes)
    #expect(try Info(message).unknownFields.bytes == [0xF8, 0x07, 5])
  }

  @Test func `one field is written alone, and nothing when it is not set`() throws {
    let message = try DynamicMessage(Self.info)
    func json(_ name: String) throws -> String? {
      let field = try #require(Info.messageType.field(named: name))
      return try message.json(of: field).map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(try json("reason") == #""r""#)
    #expect(try json("metadata") == #"{"k":"v"}"#)
    #expect(try json("domain") == nil)
  }

  @Test func `the bytes of a field are read, also of a message in a field`() throws {
    let outer = Payaid.Voice.V1.UpdateAgentRequest.with { $0.agent = .with { $0.etag = "e1" } }
    let message = try DynamicMessage(outer)
    let agent = try #require(type(of: outer).messageType.field(named: "agent"))
    let etag = try #require(Payaid.Voice.V1.Agent.messageType.field(named: "etag"))
    #expect(message.bytes(of: etag, in: agent) == Array("e1".utf8))
    let empty = try DynamicMessage(Payaid.Voice.V1.UpdateAgentRequest())
    #expect(empty.bytes(of: etag, in: agent) == [])
  }

  @Test func `a member of a oneof that is not set is empty, whatever the others hold`() throws {
    let type = Everything.messageType
    let note = try #require(Everything.Nested.messageType.field(named: "note"))
    let text = try #require(type.field(named: "choiceText"))
    let nested = try #require(type.field(named: "choiceNested"))
    let double = try #require(type.field(named: "choiceDouble"))
    let all: [Everything.Choice?] = [
      nil, .choiceNumber(7), .choiceText("t"), .choiceBytes([1]), .choiceBool(true),
      .choiceDouble(1), .choiceNested(.with { $0.note = "n" }),
    ]
    for choice in all {
      let message = try DynamicMessage(Everything.with { $0.choice = choice })
      let isNested = if case .choiceNested? = choice { true } else { false }
      let isText = if case .choiceText? = choice { true } else { false }
      let isDouble = if case .choiceDouble? = choice { true } else { false }
      #expect(message.bytes(of: note, in: nested) == (isNested ? Array("n".utf8) : []))
      #expect(message.bytes(of: text) == (isText ? Array("t".utf8) : []))
      // Of the same size as an int64.
      #expect((message.int64(of: double) != 0) == isDouble)
    }
  }

  @Test(arguments: [[0x0A, 2, 0x72], [0x0A, 1, 0xFF], [0xFF]] as [[UInt8]])
  func `bytes that are no such message are refused`(bytes: [UInt8]) {
    #expect(throws: ProtobufError.self) {
      try DynamicMessage(serializedBytes: bytes, type: Info.messageType)
    }
  }

  @Test func `a message of another type is refused`() throws {
    let message = try DynamicMessage(Self.info)
    #expect(throws: ProtobufError.self) { try Google.Rpc.RetryInfo(message) }
  }
}
