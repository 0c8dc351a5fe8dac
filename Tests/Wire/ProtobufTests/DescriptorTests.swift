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
    #expect(Everything.messageType.file.package == "payaid.test.v1")
  }
}
