import Protobuf
import Schema
import TestSchema
import Testing

@Suite struct DescriptorTests {
  @Test func `fields are found by both their names and by number`() throws {
    let type = Everything.messageType
    let field = try #require(type.field(named: "int32Value"))
    #expect(type.field(named: "int32_value") === field)
    #expect(type.field(number: 3) === field)
    #expect(type.fields.map(\.number) == type.fields.map(\.number).sorted())
    #expect(type.field(named: "choiceText")?.oneofName == "choice")
    #expect(type.field(named: "optionalInt32")?.oneofName == nil)
    #expect(type.field(named: "optionalInt32")?.hasPresence == true)
    #expect(type.field(named: "labels")?.isMap == true)
    #expect(type.field(named: "color")?.enumType?.number(named: "COLOR_CRIMSON") == 1)
    #expect(type.field(named: "recursive")?.messageType == type)
  }

  @Test func `a JSON name is its field's, also where another field is called so in proto`() throws {
    /// A `FieldDescriptorProto` of a singular string.
    func field(_ name: String, _ number: UInt8, json: String) -> [UInt8] {
      var body: [UInt8] = [0x0A, UInt8(name.utf8.count)]
      body += name.utf8
      body += [0x18, number, 0x20, 1, 0x28, 9, 0x52, UInt8(json.utf8.count)]
      body += json.utf8
      return [0x12, UInt8(body.count)] + body
    }
    for fields in [
      field("name", 1, json: "title") + field("label", 2, json: "name"),
      field("label", 1, json: "name") + field("name", 2, json: "title"),
    ] {
      let message: [UInt8] = [0x0A, 1, UInt8(ascii: "M")] + fields
      var bytes: [UInt8] = [0x22, UInt8(message.count)]
      bytes += message
      bytes += [0x62, 6]
      bytes += "proto3".utf8
      // Immortal, as a file's bytes are.
      let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
      _ = memory.initialize(from: bytes)
      let file = FileDescriptor(
        unsafeDescriptor: UnsafePointer(memory.baseAddress!), count: bytes.count, messages: nil,
        messageCount: 0, dependencies: [])
      let type = try #require(file.messages.first)
      #expect(type.field(named: "name")?.name == "label")
      #expect(type.field(named: "title")?.name == "name")
      #expect(type.field(named: "label")?.name == "label")
    }
  }

  @Test func `every file of the schema links, with its original descriptor`() {
    for file in SchemaFiles.all {
      #expect(!file.serialized.isEmpty)
      #expect(file.closure.last === file)
    }
    let registry = TypeRegistry(SchemaFiles.all)
    #expect(registry.message(named: "google.rpc.ErrorInfo") == Google.Rpc.ErrorInfo.messageType)
    #expect(registry.message(url: "type.googleapis.com/google.rpc.Status") != nil)
    #expect(registry.message(url: "google.rpc.Status") == nil)
    #expect(GoogleProtobufDescriptorFile.descriptor.messages.count > 20)
  }

  @Test func `well-known types stand in their own files`() {
    #expect(Google.Protobuf.Timestamp.messageType.file.name == "google/protobuf/timestamp.proto")
    #expect(Everything.messageType.file.package == "payaid_test.v1")
  }
}
