import EventLoop
import HTTPClient
import Synchronization
import Testing

@testable import Vendors

/// A server on a free port that answers whatever comes with the same bytes, and then says nothing.
/// Loop-confined.
final class DeafServer {
  private var listener: TCPListener?
  private var streams: [TCPStream] = []

  init(_ loop: EventLoop, answer: String) throws {
    listener = try TCPListener.bind(loop, SocketAddress(host: "127.0.0.1", port: 0)) { stream in
      self.streams.append(stream)
      stream.onRead = { _ in stream.write(Array(answer.utf8)) }
      stream.onEnd = { _ in stream.close() }
      stream.start()
    }
  }

  var url: String { "http://\(listener?.boundAddress.description ?? "")/" }
}

@Suite struct VendorHTTPTests {
  /// What is streamed of `answer`, and the response or the failure.
  private func stream(
    _ answer: String, _ request: VendorRequest
  ) async throws -> (pieces: String, result: Result<VendorResponse, any Error>) {
    let loop = EventLoop.start(name: "vendor")
    let heard = Mutex<[UInt8]>([])
    let result = await Task(executorPreference: loop) {
      let server = try DeafServer(loop, answer: answer)
      let http = VendorHTTP(client: HTTPClient(loop: loop), loop: loop)
      var request = request
      request.url = server.url
      return try await http.stream(request) { piece in heard.withLock { $0 += piece } }
    }.result
    await loop.stop()
    return (String(decoding: heard.withLock { $0 }, as: UTF8.self), result)
  }

  private static func request(silence: Duration = .seconds(20)) -> VendorRequest {
    VendorRequest(
      method: "POST", url: "", body: [1], timeout: .seconds(60), silenceTimeout: silence,
      isRepeatable: true)
  }

  @Test func `the body of a success is streamed, and the response has none`() async throws {
    let answer =
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
    let (pieces, result) = try await stream(answer, Self.request())
    #expect(pieces == "abc")
    let response = try result.get()
    #expect(response.isSuccess)
    #expect(response.body.isEmpty)
  }

  @Test func `the body of an error is the response's`() async throws {
    let answer = "HTTP/1.1 429 No\r\nretry-after: 7\r\ncontent-length: 3\r\n\r\nwhy"
    let (pieces, result) = try await stream(answer, Self.request())
    #expect(pieces.isEmpty)
    let response = try result.get()
    #expect(!response.isSuccess)
    #expect(response.body == Array("why".utf8))
    #expect(response.retryAfter == .seconds(7))
  }

  @Test(arguments: ["", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"])
  func `a vendor that falls silent has failed`(answer: String) async throws {
    let (pieces, result) = try await stream(answer, Self.request(silence: .milliseconds(500)))
    #expect(pieces == (answer.isEmpty ? "" : "half"))
    #expect(throws: VendorHTTPFailure.self) { try result.get() }
  }
}
