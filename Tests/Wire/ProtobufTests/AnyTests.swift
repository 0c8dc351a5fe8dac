import Protobuf
import Schema
import Testing

@Suite struct AnyTests {
  private typealias Holder = Google.Protobuf.`Any`

  private let span = Google.Protobuf.Duration.with { ($0.seconds, $0.nanos) = (7, 5) }

  @Test func `a message comes back as its type and as no other`() throws {
    let holder = try Holder(packing: span)
    #expect(holder.typeUrl == "type.googleapis.com/google.protobuf.Duration")
    #expect(try holder.unpacked(as: Google.Protobuf.Duration.self) == span)
    #expect(try holder.unpacked(as: Google.Protobuf.Timestamp.self) == nil)
  }

  @Test(arguments: [
    ("example.com/x/google.protobuf.Duration", true), ("/google.protobuf.Duration", true),
    ("google.protobuf.Duration", false), ("x/duration", false), ("", false),
  ])
  func `the type is what stands behind the last slash`(url: String, isDuration: Bool) throws {
    let holder = Holder.with { $0.typeUrl = url }
    #expect(try (holder.unpacked(as: Google.Protobuf.Duration.self) != nil) == isDuration)
  }

  @Test func `bytes that are no message are refused`() throws {
    var holder = try Holder(packing: span)
    holder.value = [255]
    #expect(throws: ProtobufError.self) { try holder.unpacked(as: Google.Protobuf.Duration.self) }
  }
}
