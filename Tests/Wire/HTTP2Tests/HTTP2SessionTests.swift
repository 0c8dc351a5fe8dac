import HTTP
import Testing

@testable import HTTP2

@Suite struct HTTP2SessionTests {
  static let ok = HTTP2Fields(status: .ok, ["content-type": "application/grpc"])
  static let trailers: HTTP2Fields = {
    var fields = HTTP2Fields()
    fields.append("grpc-status", "0")
    return fields
  }()

  @Test func `a unary call goes there and back`() throws {
    let pair = try Pair()
    let id = try pair.request(extra: ["te": "trailers", "X-Mixed": "v "])
    try pair.client.session.submitData(id, [1, 2, 3], endStream: true)
    try pair.exchange()
    #expect(
      pair.server.take() == [
        .headers(
          1, .request,
          [
            ":method=POST", ":scheme=http", ":path=/a.B/C", ":authority=a", "te=trailers",
            "x-mixed=v",
          ],
          end: false),
        .data(1, [1, 2, 3], end: true),
      ])
    try pair.server.session.submitHeaders(id, Self.ok)
    try pair.server.session.submitData(id, [4, 5])
    try pair.server.session.submitTrailers(id, Self.trailers)
    try pair.exchange()
    #expect(pair.server.take() == [.closed(1, 0)])
    #expect(
      pair.client.take() == [
        .headers(1, .response, [":status=200", "content-type=application/grpc"], end: false),
        .data(1, [4, 5], end: false), .headers(1, .trailers, ["grpc-status=0"], end: true),
        .closed(1, 0),
      ])
    #expect(pair.server.session.streamCount == 0)
    #expect(pair.client.session.streamCount == 0)
  }

  @Test func `every split of a conversation gives the same events`() throws {
    let client = try End(.client)
    let fields = HTTP2Fields(
      request: HTTPRequestHead(
        method: "POST", target: "/a", scheme: "http", authority: "a",
        headers: ["x-long": String(repeating: "v", count: 40), "te": "trailers"]))
    let id = try client.session.submitRequest(fields)
    try client.session.submitData(id, [1, 2, 3])
    try client.session.submitTrailers(id, Self.trailers)
    let bytes = try client.output()
    func events(_ pieces: [[UInt8]]) throws -> [Seen] {
      let server = try End(.server)
      for piece in pieces { try server.receive(piece) }
      return Self.merged(server.take())
    }
    let expected = try events([bytes])
    #expect(expected.count == 4)
    for cut in 0...bytes.count {
      #expect(try events([Array(bytes[..<cut]), Array(bytes[cut...])]) == expected)
    }
    #expect(try events(bytes.map { [$0] }) == expected)
  }

  static func merged(_ events: [Seen]) -> [Seen] {
    var output: [Seen] = []
    for event in events {
      if case .data(let id, let more, let end) = event, case .data(id, let old, _) = output.last {
        output[output.count - 1] = .data(id, old + more, end: end)
      } else {
        output.append(event)
      }
    }
    return output
  }

  @Test func `an answer of headers alone ends the stream`() throws {
    let pair = try Pair()
    let id = try pair.request(end: true)
    try pair.exchange()
    try pair.server.session.submitHeaders(id, Self.ok, endStream: true)
    try pair.exchange()
    #expect(pair.client.take().last == .closed(1, 0))
  }

  @Test func `a full answer before the end of the request frees the stream without an error`()
    throws
  {
    let pair = try Pair()
    let id = try pair.request()
    try pair.exchange()
    try pair.server.session.submitHeaders(id, Self.ok, endStream: true)
    try pair.exchange()
    #expect(pair.client.take().suffix(2) == [.reset(1, 0), .closed(1, 0)])
    #expect(pair.server.take().last == .closed(1, 0))
  }

  @Test func `an idle stream is woken by data and by its end`() throws {
    let pair = try Pair()
    let id = try pair.request()
    try pair.exchange()
    try pair.server.session.submitHeaders(id, Self.ok)
    try pair.exchange()
    _ = pair.client.take()
    try pair.server.session.submitData(id, [1])
    try pair.exchange()
    #expect(pair.client.take() == [.data(1, [1], end: false)])
    try pair.client.session.submitData(id, [], endStream: true)
    try pair.exchange()
    #expect(pair.server.take().last == .data(1, [], end: true))
    try pair.server.session.submitTrailers(id, Self.trailers)
    try pair.exchange()
    #expect(
      pair.client.take() == [.headers(1, .trailers, ["grpc-status=0"], end: true), .closed(1, 0)])
  }

  @Test func `a writer learns when its bytes are gone`() throws {
    var small = HTTP2Configuration()
    small.initialStreamWindow = 100_000
    let pair = try Pair(client: small)
    let id = try pair.request(end: true)
    try pair.exchange()
    try pair.server.session.submitHeaders(id, Self.ok)
    let body = [UInt8](repeating: 7, count: 250_000)
    try pair.server.session.submitData(id, body)
    #expect(pair.server.session.notifyDrained(id, atOrBelow: 60_000))
    _ = pair.server.take()
    try pair.exchange()
    #expect(pair.server.session.pendingSend(id) == 150_000)
    #expect(pair.server.take().isEmpty)
    pair.client.session.consume(id, count: 100_000)
    try pair.exchange()
    #expect(pair.server.session.pendingSend(id) == 50_000)
    #expect(pair.server.take() == [.drained(1)])
    #expect(!pair.server.session.notifyDrained(id, atOrBelow: 60_000))
    pair.client.session.consume(id, count: 100_000)
    try pair.exchange()
    let received = pair.client.take().reduce(0) {
      if case .data(_, let bytes, _) = $1 { $0 + bytes.count } else { $0 }
    }
    #expect(received == 250_000)
  }

  @Test func `a stalled stream does not hold up another on the same connection`() throws {
    var small = HTTP2Configuration()
    small.initialStreamWindow = 65_535
    small.connectionWindow = 65_535
    let pair = try Pair(client: small)
    let slow = try pair.request(end: true)
    let live = try pair.request(end: true)
    try pair.exchange()
    try pair.server.session.submitHeaders(slow, Self.ok)
    try pair.server.session.submitData(slow, [UInt8](repeating: 1, count: 200_000))
    try pair.exchange()
    _ = pair.client.take()
    try pair.server.session.submitHeaders(live, Self.ok)
    try pair.server.session.submitData(live, [9])
    try pair.exchange()
    #expect(pair.client.take().last == .data(live, [9], end: false))
  }

  @Test func `output is taken in bounded pieces`() throws {
    let pair = try Pair()
    let id = try pair.request(end: true)
    try pair.exchange()
    try pair.server.session.submitHeaders(id, Self.ok)
    try pair.server.session.submitData(id, [UInt8](repeating: 1, count: 500_000))
    #expect(try pair.server.output(limit: 50_000).count < 50_000 + 16_500)
    #expect(pair.server.session.wantsWrite)
  }

  @Test func `header fields are recognised, and others keep their names`() throws {
    let pair = try Pair()
    var head: HTTPRequestHead?
    var timeout: [UInt8] = []
    pair.server.onEvent = { event in
      guard case .headers(_, let block, .request, _) = event else { return }
      head = block.requestHead()
      timeout = Array(block[.grpcTimeout]!)
      #expect(block[.grpcStatus] == nil)
      #expect(block.first { $0.name == .other }.map { Array($0.nameBytes) } == Array("x-a".utf8))
    }
    _ = try pair.request("/x?y", extra: ["grpc-timeout": "5S", "x-a": "b"])
    try pair.exchange()
    #expect(timeout == Array("5S".utf8))
    #expect(head?.target == "/x?y")
    #expect(head?.authority == "a")
    #expect(head?.headers == ["grpc-timeout": "5S", "x-a": "b"])
  }

  @Test func `an informational answer comes before the final one`() throws {
    let pair = try Pair()
    let id = try pair.request()
    try pair.exchange()
    try pair.server.session.submitInformational(id, HTTP2Fields(status: .continue))
    try pair.server.session.submitHeaders(id, Self.ok)
    try pair.exchange()
    let kinds = pair.client.take().compactMap { seen -> String? in
      if case .headers(_, .response, let fields, _) = seen { fields.first } else { nil }
    }
    #expect(kinds == [":status=100", ":status=200"])
  }

  @Test func `a reset from the client ends the stream, and later calls on it are refused`() throws {
    let pair = try Pair()
    let id = try pair.request()
    try pair.exchange()
    _ = pair.server.take()
    pair.client.session.resetStream(id, .cancel)
    try pair.exchange()
    #expect(pair.server.take() == [.reset(1, 8), .closed(1, 8)])
    #expect(throws: HTTP2Error.self) { try pair.server.session.submitHeaders(id, Self.ok) }
    pair.server.session.resetStream(id, .cancel)
    pair.server.session.consume(id, count: 5)
    #expect(!pair.server.session.isOpen(id))
  }

  @Test func `pings are answered and told`() throws {
    let pair = try Pair()
    pair.client.session.ping(0x0102_0304_0506_0708)
    try pair.exchange()
    #expect(pair.server.take() == [.ping(0x0102_0304_0506_0708)])
    #expect(pair.client.take() == [.pong(0x0102_0304_0506_0708)])
  }

  @Test func `a drain announces itself, lets streams end, and then finishes`() throws {
    let pair = try Pair()
    let id = try pair.request(end: true)
    try pair.exchange()
    pair.server.session.goAway(lastStream: .max, .noError, debug: "graceful_stop")
    try pair.exchange()
    #expect(pair.client.take().last == .goAway(.max, 0, "graceful_stop"))
    pair.server.session.goAway(lastStream: pair.server.session.lastReceivedStream, .noError)
    try pair.exchange()
    #expect(!pair.server.session.isFinished)
    #expect(throws: HTTP2Error.self) { try pair.request() }
    try pair.server.session.submitHeaders(id, Self.ok, endStream: true)
    try pair.exchange()
    #expect(pair.server.session.isFinished)
  }

  @Test func `a request that never left is told to be refused`() throws {
    let pair = try Pair()
    pair.server.session.goAway(lastStream: 0, .noError)
    let id = try pair.request(end: true)
    try pair.client.receive(try pair.server.output())
    try pair.exchange()
    #expect(!pair.client.session.hasSentHead(id))
    #expect(
      pair.client.take().suffix(2) == [
        .notSent(id), .closed(id, HTTP2ErrorCode.refusedStream.rawValue),
      ])
  }

  @Test func `requests beyond the peer's limit wait for a place`() throws {
    var one = HTTP2Configuration()
    one.maxConcurrentStreams = 1
    let pair = try Pair(server: one)
    let first = try pair.request(end: true)
    let second = try pair.request(end: true)
    try pair.exchange()
    #expect(pair.server.take().count == 1)
    #expect(pair.client.session.peerMaxConcurrentStreams == 1)
    #expect(pair.client.session.hasSentHead(first))
    #expect(!pair.client.session.hasSentHead(second))
    try pair.server.session.submitHeaders(first, Self.ok, endStream: true)
    try pair.exchange()
    #expect(pair.server.session.isOpen(second))
  }

  @Test func `a broken transport ends every stream`() throws {
    let pair = try Pair()
    let ids = try (0..<50).map { _ in try pair.request() }
    try pair.exchange()
    _ = pair.server.take()
    var closed: [Int32] = []
    pair.server.session.connectionLost { event in
      if case .streamClosed(let id, _) = event { closed.append(id) }
    }
    #expect(closed.sorted() == ids)
    #expect(pair.server.session.isFinished)
  }

  @Test func `many streams come and go without being mixed up`() throws {
    let pair = try Pair()
    var open: [Int32] = []
    var state: UInt64 = 1
    for round in 0..<400 {
      open.append(try pair.request())
      try pair.exchange()
      state = state &* 6_364_136_223_846_793_005 &+ 1
      if open.count > 60 || state >> 40 & 1 == 0 {
        let id = open.remove(at: Int(state >> 33) % open.count)
        try pair.server.session.submitHeaders(id, Self.ok)
        try pair.server.session.submitData(id, [UInt8(round & 255)])
        try pair.server.session.submitTrailers(id, Self.trailers)
        try pair.exchange()
        #expect(pair.client.take().contains(.data(id, [UInt8(round & 255)], end: false)))
      }
    }
    #expect(pair.server.session.streamIDs.sorted() == open.sorted())
  }
}
