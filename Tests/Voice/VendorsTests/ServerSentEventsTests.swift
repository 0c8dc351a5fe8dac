import Speech
import Testing

@testable import Vendors

@Suite struct ServerSentEventsTests {
  private static func texts(_ events: [[UInt8]]) -> [String] {
    events.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(arguments: [
    ("data: a\n\ndata: b\n\n", ["a", "b"]), ("data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
    ("data: a\r\rdata: b\r\r", ["a", "b"]), ("data: a\r\n\ndata: b\r\n\n", ["a", "b"]),
    ("data: a\r\rdata: b\n\n", ["a", "b"]), ("data:a\ndata:  b\ndata\n\n", ["a\n b\n"]),
    (":hello\n\n: data: x\ndata: a\n\n", ["a"]),
    ("event: e\nid: 1\nretry: 5\ndatabase: x\ndata : y\ndata: a\n\n", ["a"]),
    ("\n\n\n", []), ("event: e\n\n", []), ("data:\n\n", [""]), ("data: नमस्ते 😀\n\n", ["नमस्ते 😀"]),
    // What the end cuts off is no event.
    ("data: a\n\ndata: b\n", ["a"]), ("data: a\n\ndata: b", ["a"]), ("", []),
  ])
  func `events are read however the stream is cut`(stream: String, events: [String]) throws {
    let bytes = Array(stream.utf8)
    for size in [1, 2, 3, 7, max(1, bytes.count)] {
      var reader = ServerSentEvents()
      var found: [[UInt8]] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        found += try reader.read(Array(bytes[start..<min(start + size, bytes.count)]))
      }
      #expect(Self.texts(found) == events)
    }
  }

  @Test func `a line may have a mebibyte and no byte more`() throws {
    let line = Array("data: ".utf8) + [UInt8](repeating: 120, count: ServerSentEvents.limit - 7)
    var reader = ServerSentEvents()
    #expect(try reader.read(line + [120, 10, 10]).map(\.count) == [line.count - 5])
    var strict = ServerSentEvents()
    #expect(try strict.read(line + [120]).isEmpty)
    #expect(throws: SpeechError.self) { try strict.read([120]) }
  }

  @Test func `an event of many lines is bounded as well`() {
    let line = Array("data:\(String(repeating: "x", count: 100))\n".utf8)
    var reader = ServerSentEvents()
    #expect(throws: SpeechError.self) {
      for _ in 0...(ServerSentEvents.limit / 100) { _ = try reader.read(line) }
    }
  }
}
