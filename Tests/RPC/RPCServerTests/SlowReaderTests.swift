import EventLoop
import Glibc
import RPCCore
import Testing

@testable import RPCServer

/// An answer arrives whole, however late its client reads it.
@Suite struct SlowReaderTests {
  /// Sends one message, larger than every buffer on the way, and ends when the socket has it,
  /// whether its requests have ended or not.
  private final class Large: RPCService {
    static let size = 8 << 20

    private let ends: AsyncStream<Void>
    private let end: AsyncStream<Void>.Continuation

    init() { (ends, end) = AsyncStream.makeStream() }

    /// Returns when a handler is about to.
    func ended() async { _ = await ends.first { _ in true } }

    var handlers: [MethodHandler] {
      [
        .bidirectional(
          MethodDescriptor(service: "test.Large", name: "Once", kind: .bidirectional),
          in: .bytes, out: .bytes
        ) { (_: Inbound<[UInt8]>, responses: Outbound<[UInt8]>, _) in
          try await responses.send([UInt8](repeating: 1, count: Self.size))
          try await EventLoop.current?.sleep(for: .milliseconds(20))
          self.end.yield()
        }
      ]
    }
  }

  /// The request goes on, so that the connection ends with the answer.
  @Test func `the end of an answer waits behind a message that fills the socket`() async throws {
    let service = Large()
    try await TestServer.run(services: [service]) { test in
      let fd = try RawClient.connect(test.address)
      defer { close(fd) }
      let head =
        "POST /test.Large/Once HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n"
        + "content-type: application/grpc-web+proto\r\n\r\n"
      RawClient.post(Array(head.utf8), on: fd)
      await service.ended()
      let answer = RawClient.readToEnd(of: fd)
      #expect(answer.count > Large.size)
      let end = String(decoding: answer.suffix(100), as: UTF8.self)
      #expect(end.contains("grpc-status: 0"))
      #expect(end.hasSuffix("0\r\n\r\n"))
    }
  }
}
