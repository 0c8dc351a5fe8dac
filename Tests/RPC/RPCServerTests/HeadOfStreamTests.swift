import EventLoop
import HTTP
import Protobuf
import RPCCore
import RPCProtobuf
import Schema
import Testing
import VoiceAPI

@testable import RPCServer

/// HEAD of a method that streams gets the head alone, and the call is over (RFC 9110, 9.3.2).
@Suite struct HeadOfStreamTests {
  /// Says what it is asked for a hundred times, a millisecond apart, and tells how each call ended.
  private final class Repeat: RPCService {
    typealias Message = Google.Rpc.ErrorInfo

    static let method = MethodDescriptor(
      service: "test.Repeat", name: "Often", kind: .serverStreaming)
    static let binding = ServiceBinding(
      name: "test.Repeat", file: Payaid.Voice.V1.LiveServiceBinding.binding.file,
      methods: [
        MethodBinding(
          method: method, input: Message.messageType, output: Message.messageType,
          http: [HTTPRule("GET", "/v1/repeat/{reason}")])
      ])

    private let codes: AsyncStream<StatusCode>
    private let code: AsyncStream<StatusCode>.Continuation

    init() { (codes, code) = AsyncStream.makeStream() }

    func next() async -> StatusCode? { await codes.first { _ in true } }

    var handlers: [MethodHandler] {
      [
        .serverStreaming(Self.method, in: .protobuf, out: .protobuf) {
          (request: Message, responses: Outbound<Message>, _) in
          do {
            for _ in 0..<(request.reason == "nothing" ? 0 : 100) {
              try await responses.send(request)
              try await EventLoop.current?.sleep(for: .milliseconds(1))
            }
            self.code.yield(.ok)
          } catch {
            self.code.yield((error as? RPCError)?.code ?? .unknown)
            throw error
          }
        }
      ]
    }
  }

  private func run(_ body: (TestServer, Repeat) async throws -> Void) async throws {
    let service = Repeat()
    try await TestServer.run(bindings: [Repeat.binding], services: [service]) {
      try await body($0, service)
    }
  }

  @Test func `over HTTP 1 nothing of the call gets into the next answer`() async throws {
    try await run { test, service in
      let text = try RawClient.exchange(
        test.address,
        Array(
          ("HEAD /v1/repeat/first HTTP/1.1\r\nHost: a\r\n\r\n"
            + "GET /v1/repeat/second HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").utf8))
      let lines = text.split(separator: Character("\r\n"), omittingEmptySubsequences: false)
      let end = try #require(lines.firstIndex(of: ""))
      #expect(lines[0] == "HTTP/1.1 200 OK")
      #expect(lines[..<end].contains("transfer-encoding: chunked"))
      #expect(lines[..<end].allSatisfy { !$0.hasPrefix("content-length") })
      #expect(lines[end + 1] == "HTTP/1.1 200 OK")
      #expect(text.contains("second") && !text.contains("first"))
      #expect(text.hasSuffix("0\r\n\r\n"))
      #expect(await service.next() == .cancelled)
      #expect(await service.next() == .ok)
    }
  }

  @Test(arguments: [("first", StatusCode.cancelled), ("nothing", .ok)])
  func `over HTTP 2 the stream ends with the head and is not reset`(
    reason: String, ending: StatusCode
  ) async throws {
    try await run { test, service in
      let client = try RawClient(test.address)
      let id = try client.open("/v1/repeat/\(reason)", method: "HEAD", [:], end: true)
      let answer = try client.finish(id)
      #expect(answer.heads.count == 1)
      #expect(answer.heads.first?["http-status"] == "200")
      #expect(answer.heads.first?["content-type"] == "application/x-ndjson")
      #expect(answer.heads.first?["content-length"] == nil)
      #expect(answer.body.isEmpty)
      #expect(answer.reset == nil)
      #expect(await service.next() == ending)
    }
  }

  @Test(arguments: ["GET", "HEAD"])
  func `a call whose answer needs a newer version is over with the refusal`(
    method: String
  ) async throws {
    try await run { test, service in
      let text = try RawClient.exchange(
        test.address, Array("\(method) /v1/repeat/first HTTP/1.0\r\nHost: a\r\n\r\n".utf8))
      #expect(text.hasPrefix("HTTP/1.1 505 "))
      #expect(!text.contains("first"))
      #expect(await service.next() == .cancelled)
    }
  }
}
