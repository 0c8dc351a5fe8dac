import EventLoop
import Glibc
import HTTP
import HTTP2
import RPCCore
import Synchronization
import Testing

@testable import RPCServer

/// A REST call that ends before its handler has taken the body leaves nothing behind.
@Suite struct RESTCallLifetimeTests {
  /// What ends the call while an interceptor has it.
  enum Ending: CaseIterable, Sendable {
    case refusal, deadline, client

    var headers: HTTPHeaders {
      switch self {
      case .refusal: ["content-type": "application/json"]
      case .deadline:
        ["content-type": "application/json", "x-wish": "wait", "grpc-timeout": "50m"]
      case .client: ["content-type": "application/json", "x-wish": "wait"]
      }
    }

    /// The status of the answer, where somebody waits for one.
    var status: String? {
      switch self {
      case .refusal: "401"
      case .deadline: "504"
      case .client: nil
      }
    }
  }

  /// Counts calls that somebody still holds: a call has its context, and that its caller.
  private final class Calls: Sendable {
    private final class Caller: RPCIdentity {
      let principal = "somebody"
      private let calls: Calls

      init(_ calls: Calls) {
        self.calls = calls
        calls.held.withLock { $0 += 1 }
      }

      deinit { calls.held.withLock { $0 -= 1 } }
    }

    let held = Mutex(0)
    private let begun: AsyncStream<Void>
    private let begin: AsyncStream<Void>.Continuation

    init() { (begun, begin) = AsyncStream.makeStream() }

    /// Returns when one more call has come to the interceptor.
    func next() async { _ = await begun.first { _ in true } }

    /// Lets no call pass; one that wishes it waits for its end.
    var refusal: Interceptor {
      Interceptor { context, _ in
        context.identity = Caller(self)
        self.begin.yield()
        if context.metadata["x-wish"] == "wait" {
          try await EventLoop.current?.sleep(for: .seconds(60))
        }
        throw RPCError(.unauthenticated, "nobody may call")
      }
    }
  }

  private static let body = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000)

  @Test(arguments: Ending.allCases, [1, 2])
  func `nothing is left of calls whose handler did not begin`(
    ending: Ending, version: Int
  ) async throws {
    let calls = Calls()
    try await TestServer.run(
      bindings: [SayService.binding], services: [SayService()], interceptors: [calls.refusal]
    ) { test in
      if version == 1 {
        try await callOverHTTP1(test, ending, calls)
      } else {
        try await callOverHTTP2(test, ending, calls)
      }
    }
    // The server has stopped, so whatever is left stays for ever.
    #expect(calls.held.withLock { $0 } == 0)
  }

  private func callOverHTTP1(_ test: TestServer, _ ending: Ending, _ calls: Calls) async throws {
    let fields = ending.headers.map { "\($0.name): \($0.value)\r\n" }.joined()
    let requests = ["keep-alive", "close"].flatMap { connection -> [UInt8] in
      let head =
        "POST /v1/say HTTP/1.1\r\nhost: a\r\nconnection: \(connection)\r\n\(fields)"
        + "content-length: \(Self.body.count)\r\n\r\n"
      return Array(head.utf8) + Self.body
    }
    let fd = try RawClient.connect(test.address)
    defer { close(fd) }
    RawClient.post(requests, on: fd)
    await calls.next()
    guard let status = ending.status else { return }
    await calls.next()
    let text = String(decoding: RawClient.readToEnd(of: fd), as: UTF8.self)
    #expect(text.ranges(of: "HTTP/1.1 \(status) ").count == 2)
  }

  private func callOverHTTP2(_ test: TestServer, _ ending: Ending, _ calls: Calls) async throws {
    let client = try RawClient(test.address)
    for _ in 0..<2 {
      let id = try client.open("/v1/say", ending.headers)
      try client.session.submitData(id, Self.body, endStream: true)
      try client.flush()
      await calls.next()
      if ending == .client { client.session.resetStream(id, .cancel) }
      #expect(try client.finish(id).heads.first?["http-status"] == ending.status)
    }
  }
}
