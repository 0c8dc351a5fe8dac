import HTTP
import Testing

@testable import HTTP2

@Suite struct HTTP2AbuseTests {
  /// A server that has read a client's preface.
  static func server(_ configuration: HTTP2Configuration = HTTP2Configuration()) throws -> End {
    let server = try End(.server, configuration)
    try server.receive(preface + frame(4))
    _ = try server.output()
    try server.receive(frame(4, flags: 1))
    _ = server.take()
    return server
  }

  /// Feeds `bytes(index)` until the server ends the connection; the number of rounds it took.
  static func rounds(_ server: End, limit: Int, _ bytes: (UInt32) -> [UInt8]) throws -> Int {
    for index in 0..<limit {
      try server.receive(bytes(UInt32(index)))
      _ = try server.output()
      if server.session.isFinished { return index }
    }
    return limit
  }

  static func headers(_ stream: UInt32, flags: UInt8 = 5, _ fields: [UInt8] = get) -> [UInt8] {
    frame(1, flags: flags, stream: stream, fields)
  }

  @Test func `rapid resets end the connection after the burst`() throws {
    let server = try Self.server()
    let count = try Self.rounds(server, limit: 3000) { index in
      Self.headers(index * 2 + 1, flags: 4) + frame(3, stream: index * 2 + 1, [0, 0, 0, 8])
    }
    #expect(count == 600)
    #expect(server.take().contains(.abuse(.resets)))
    #expect(server.session.streamCount == 0)
  }

  @Test func `resets of streams that were answered are free`() throws {
    let server = try Self.server()
    server.onEvent = { event in
      if case .headers(let id, _, _, _) = event {
        try? server.session.submitHeaders(id, HTTP2SessionTests.ok)
      }
    }
    let count = try Self.rounds(server, limit: 5000) { index in
      index == 0
        ? Self.headers(1, flags: 4)
        : frame(3, stream: index * 2 - 1, [0, 0, 0, 8]) + Self.headers(index * 2 + 1, flags: 4)
    }
    #expect(count == 5000)
  }

  @Test func `stream errors the peer forces upon us are bounded`() throws {
    let server = try Self.server()
    let count = try Self.rounds(server, limit: 3000) { index in
      Self.headers(index * 2 + 1, flags: 4)
        + frame(8, stream: index * 2 + 1, [0x7f, 0xff, 0xff, 0xff])
    }
    #expect((200...210).contains(count))
    #expect(server.take().contains(.abuse(.streamErrors)))
  }

  @Test func `a body longer than announced is bounded too`() throws {
    let server = try Self.server()
    let fields = get + block([("content-length", "1")])
    let count = try Self.rounds(server, limit: 3000) { index in
      Self.headers(index * 2 + 1, flags: 4, fields) + frame(0, stream: index * 2 + 1, [1, 2])
    }
    #expect((200...210).contains(count))
  }

  @Test(arguments: [
    ("ping", frame(6, [UInt8](repeating: 0, count: 8)), 1100),
    ("settings", frame(4), 1100), ("priority", frame(2, stream: 1, [0, 0, 0, 0, 16]), 1100),
    ("unknown", frame(99, [1, 2, 3]), 1100),
    ("window update", frame(8, [0, 0, 0, 1]), 4100),
  ])
  func `frames that only cost us work are bounded`(name: String, flood: [UInt8], limit: Int) throws
  {
    let server = try Self.server()
    let count = try Self.rounds(server, limit: 10_000) { _ in flood }
    #expect(count <= limit, "\(name)")
    #expect(count >= limit - 120, "\(name)")
  }

  @Test func `allowance comes back with time`() throws {
    let server = try Self.server()
    let count = try Self.rounds(server, limit: 5000) { _ in
      server.now += .milliseconds(11)
      return frame(6, [UInt8](repeating: 0, count: 8))
    }
    #expect(count == 5000)
  }

  /// What begins again a stream that ended, or that was passed over.
  @Test(
    arguments: [5, 3] as [UInt32],
    [("HEADERS", HTTP2ErrorCode.protocolError), ("DATA", .streamClosed)])
  func `a frame cannot begin again what is over`(
    stream: UInt32, kind: (name: String, code: HTTP2ErrorCode)
  ) throws {
    let server = try Self.server()
    server.onEvent = { event in
      if case .headers(let id, _, _, _) = event {
        try? server.session.submitHeaders(id, HTTP2SessionTests.ok, endStream: true)
      }
    }
    try server.receive(Self.headers(5))
    _ = try server.output()
    let late = kind.name == "DATA" ? frame(0, stream: stream, [1]) : Self.headers(stream)
    let error = #expect(throws: HTTP2Error.self) { try server.receive(late) }
    let why = "\(kind.name) on a closed stream"
    #expect(error?.message == why)
    let code = UInt8(kind.code.rawValue)
    #expect(try server.output() == frame(7, [0, 0, 0, 5, 0, 0, 0, code] + Array(why.utf8)))
    #expect(server.session.isFinished)
  }

  @Test func `DATA behind the reset of its stream is an error in the same read, too`() throws {
    let server = try Self.server()
    let bytes =
      Self.headers(1, flags: 4) + frame(3, stream: 1, [0, 0, 0, 8]) + frame(0, stream: 1, [1])
    let error = #expect(throws: HTTP2Error.self) { try server.receive(bytes) }
    #expect(error?.message == "DATA on a closed stream")
  }

  @Test func `DATA on its way to a stream we reset is let pass`() throws {
    let server = try Self.server()
    try server.receive(Self.headers(1, flags: 4))
    server.session.resetStream(1, .cancel)
    try server.receive(frame(0, stream: 1, [1]))
    _ = try server.output()
    for _ in 0..<100 { try server.receive(frame(0, stream: 1, [1])) }
    #expect(!server.session.isFinished)
  }

  @Test func `header blocks on their way to a stream we reset are let pass, within bounds`() throws
  {
    let server = try Self.server()
    try server.receive(Self.headers(1, flags: 4))
    server.session.resetStream(1, .cancel)
    try server.receive(Self.headers(1))
    _ = try server.output()
    let count = try Self.rounds(server, limit: 5000) { _ in Self.headers(1) }
    #expect((990...1000).contains(count))
    #expect(server.take().contains(.abuse(.controlFrames)))
  }

  @Test func `empty data frames are bounded`() throws {
    let server = try Self.server()
    try server.receive(Self.headers(1, flags: 4))
    #expect(try Self.rounds(server, limit: 5000) { _ in frame(0, stream: 1) } <= 1100)
  }

  @Test func `a continuation flood ends at once`() throws {
    let server = try Self.server()
    try server.receive(frame(1, flags: 0, stream: 1, get))
    #expect(try Self.rounds(server, limit: 100) { _ in frame(9, stream: 1) } == 8)
    #expect(server.take().contains(.abuse(.continuations)))
  }

  @Test func `a legal block in nine frames, dripped byte by byte, is served`() throws {
    let server = try Self.server()
    var bytes = frame(1, flags: 1, stream: 1, get)
    for index in 0..<8 {
      bytes += frame(9, flags: index == 7 ? 4 : 0, stream: 1, block([("x-\(index)", "v")]))
    }
    for byte in bytes { try server.receive([byte]) }
    guard case .headers(1, .request, let fields, end: true) = server.take().last else {
      Issue.record("no request")
      return
    }
    #expect(fields.count == 12)
  }

  @Test func `a header list above the limit is reported once and can be answered`() throws {
    let server = try Self.server()
    let big = get + block((0..<200).map { ("x-\($0)", String(repeating: "v", count: 100)) })
    let half = big.count / 2
    try server.receive(
      frame(1, flags: 1, stream: 1, Array(big[..<half]))
        + frame(9, flags: 4, stream: 1, Array(big[half...])))
    #expect(server.take() == [.tooLarge(1)])
    try server.session.submitHeaders(
      1, HTTP2Fields(status: .headerFieldsTooLarge), endStream: true)
    _ = try server.output()
    #expect(server.take() == [.closed(1, 0)])
    try server.receive(Self.headers(3))
    #expect(server.take().count == 1)
  }

  @Test func `a header bomb ends the connection`() throws {
    let server = try Self.server()
    // One field of 100 bytes into the table, then thousands of one-byte references to it.
    var bomb = get + [0x40, 1, 0x78, 100] + [UInt8](repeating: 0x61, count: 100)
    bomb += [UInt8](repeating: 0xbe, count: 10_000)
    try server.receive(frame(1, flags: 5, stream: 1, bomb))
    let output = try server.output()
    #expect(server.take().contains(.abuse(.headerList)))
    #expect(server.session.isFinished)
    let client = try End(.client)
    _ = try client.output()
    try client.receive(frame(4) + output)
    #expect(client.take().contains(.goAway(1, 11, "header_list")))
  }

  @Test func `a peer that does not read is cut off`() throws {
    var configuration = HTTP2Configuration()
    configuration.abuse.controlFrames = .init(burst: 1e9, perSecond: 0)
    configuration.abuse.outboundQueue = 500
    let server = try Self.server(configuration)
    for _ in 0..<600 where server.session.wantsRead {
      try server.receive(frame(6, [UInt8](repeating: 0, count: 8)))
    }
    #expect(server.take().contains(.abuse(.outboundQueue)))
  }

  @Test func `streams beyond the announced limit are refused, and too many end the connection`()
    throws
  {
    let server = try Self.server()
    let count = try Self.rounds(server, limit: 3000) { Self.headers($0 * 2 + 1, flags: 4) }
    #expect(count == 1100)
    #expect(server.session.streamCount == 100)
    #expect(server.take().contains(.abuse(.refusals)))
  }

  @Test func `the limit is announced as it is meant, and a stream beyond it may be tried again`()
    throws
  {
    var configuration = HTTP2Configuration()
    configuration.maxConcurrentStreams = 2
    let pair = try Pair(server: configuration)
    #expect(pair.client.session.peerMaxConcurrentStreams == 2)
    let server = try Self.server(configuration)
    let output = try (0..<3 as Range<UInt32>).flatMap { index in
      try server.receive(Self.headers(index * 2 + 1, flags: 4))
      return try server.output()
    }
    #expect(output == frame(3, stream: 5, [0, 0, 0, 7]))
    // The refused block was read all the same: the compression state of both sides agrees.
    #expect(server.session.wantsRead)
  }

  @Test func `a request that is reset at once is never announced`() throws {
    let server = try Self.server()
    try server.receive(
      Self.headers(1, flags: 4) + frame(0, stream: 1, [1]) + frame(3, stream: 1, [0, 0, 0, 8]))
    #expect(server.take() == [.reset(1, 8), .data(1, [1], end: false)])
    #expect(server.session.streamCount == 0)
  }

  @Test func `trailers that are reset at once take no announced request back`() throws {
    let server = try Self.server()
    try server.receive(Self.headers(1, flags: 4))
    #expect(server.take().count == 1)
    try server.receive(Self.headers(1, block([("x-t", "v")])) + frame(3, stream: 1, [0, 0, 0, 8]))
    #expect(
      server.take() == [
        .headers(1, .trailers, ["x-t=v"], end: true), .reset(1, 8), .closed(1, 8),
      ])
    #expect(server.session.streamCount == 0)
  }

  @Test func `a request that is reset at once is never announced, trailers or not`() throws {
    let server = try Self.server()
    try server.receive(
      Self.headers(1, flags: 4) + Self.headers(1, block([("x-t", "v")]))
        + frame(3, stream: 1, [0, 0, 0, 8]))
    #expect(server.take() == [.reset(1, 8), .headers(1, .trailers, ["x-t=v"], end: true)])
    #expect(server.session.streamCount == 0)
  }

  @Test func `calls that begin and are cancelled do not end the connection, ten thousand of them`()
    throws
  {
    let server = try Self.server()
    let count = try Self.rounds(server, limit: 10_000) { index in
      index == 0
        ? Self.headers(1, flags: 4)
        : frame(3, stream: index * 2 - 1, [0, 0, 0, 8]) + Self.headers(index * 2 + 1, flags: 4)
    }
    #expect(count == 10_000)
  }

  @Test func `without end they do`() throws {
    let server = try Self.server()
    let count = try Self.rounds(server, limit: 30_000) { index in
      index == 0
        ? Self.headers(1, flags: 4)
        : frame(3, stream: index * 2 - 1, [0, 0, 0, 8]) + Self.headers(index * 2 + 1, flags: 4)
    }
    #expect(count == 20_001)
    #expect(server.take().contains(.abuse(.cancellations)))
  }

  @Test func `one call in ten that is let begin pays for nine that are not`() throws {
    let server = try Self.server()
    let count = try Self.rounds(server, limit: 5000) { index in
      let reset = frame(3, stream: index * 2 + 1, [0, 0, 0, 8])
      let earlier = frame(3, stream: index * 2 &- 1, [0, 0, 0, 8])
      if index % 10 == 8 { return Self.headers(index * 2 + 1, flags: 4) }
      return (index % 10 == 9 ? earlier : []) + Self.headers(index * 2 + 1, flags: 4) + reset
    }
    #expect(count == 5000)
  }

  @Test func `what nghttp2 ends by itself is reported with its code`() throws {
    let server = try Self.server()
    try server.receive(frame(0, stream: 0, [1]))
    _ = try server.output()
    #expect(server.take() == [.violation(1)])
  }

  @Test(arguments: [(UInt32(0), UInt8(0), false), (0, 2, true), (1, 0, true)])
  func `a goodbye that names a stream of its own is only rude with an error`(
    stream: UInt32, code: UInt8, isViolation: Bool
  ) throws {
    let server = try Self.server()
    try server.receive(Self.headers(1))
    _ = server.take()
    try server.receive(frame(7, stream: stream, [0, 0, 0, 1, 0, 0, 0, code]))
    _ = try server.output()
    #expect(server.seen.contains(.violation(1)) == isViolation)
    #expect(server.seen.contains(.goAway(1, 0, "")) == !isViolation)
    #expect(server.session.isFinished)
  }

  @Test func `a header block that has come in part can be seen`() throws {
    let server = try Self.server()
    try server.receive(Self.headers(1, flags: 1))
    #expect(server.session.isMidHeaders)
    try server.receive(Array(frame(9, flags: 4, stream: 1).dropLast(2)))
    #expect(server.session.isMidHeaders)
    try server.receive([0, 1])
    #expect(!server.session.isMidHeaders)
  }

  @Test(arguments: [
    ("upper-case name", block([("X", "v")])),
    ("connection field", block([("connection", "close")])),
    ("te other than trailers", block([("te", "gzip")])),
    ("two paths", block([(":path", "/b")])), ("unknown pseudo", block([(":foo", "v")])),
    ("transfer-encoding", block([("transfer-encoding", "chunked")])),
  ])
  func `a malformed request never reaches the caller`(name: String, extra: [UInt8]) throws {
    let server = try Self.server()
    try server.receive(Self.headers(1, get + extra))
    _ = try server.output()
    let seen = server.take()
    #expect(!seen.contains { if case .headers = $0 { true } else { false } }, "\(name)")
    #expect(!server.session.isMidHeaders, "\(name)")
    try server.receive(Self.headers(3, flags: 4))
    #expect(server.take().count == 1, "\(name)")
  }

  @Test func `malformed requests leave nothing behind`() throws {
    let server = try Self.server()
    let bad = get + block((0..<50).map { ("x-\($0)", "v") } + [("X", "v")])
    for index in 0..<50 {
      try server.receive(Self.headers(UInt32(index) * 2 + 1, bad))
      _ = try server.output()
      #expect(unsafe server.session.core.pointee.inbox.fields.count < 60)
    }
    try server.receive(frame(8, stream: 0, [0, 0, 0, 1]))
    #expect(unsafe server.session.core.pointee.inbox.fields.isEmpty)
  }

  @Test func `a block whose stream is reset on its way is dropped to its end`() throws {
    var configuration = HTTP2Configuration()
    configuration.maxHeaderListSize = 1000
    let server = try Self.server(configuration)
    try server.receive(Self.headers(1, flags: 4))
    try server.receive(frame(1, flags: 1, stream: 1, block([("x-a", "v")])))
    server.session.resetStream(1, .cancel)
    _ = try server.output()
    #expect(!server.session.isMidHeaders)
    _ = server.take()
    let big = block((0..<20).map { ("x-\($0)", String(repeating: "v", count: 60)) })
    try server.receive(frame(9, flags: 4, stream: 1, big) + Self.headers(3))
    #expect(
      server.take() == [
        .headers(
          3, .request, [":method=GET", ":scheme=http", ":path=/", ":authority=a"], end: true)
      ])
  }

  @Test(arguments: ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"])
  func `what is not http/2 is told so`(text: String) throws {
    let server = try End(.server)
    let error = #expect(throws: HTTP2Error.self) { try server.receive(Array(text.utf8)) }
    #expect(error?.kind == .badPreface)
  }

  @Test(arguments: [
    frame(0, stream: 0, [1]), frame(1, flags: 4, stream: 2, get), frame(4, stream: 1),
    frame(6, [1]), frame(8, [0, 0, 0, 0]), frame(3, stream: 9, [0, 0, 0, 0]),
    frame(9, flags: 4, stream: 1), frame(1, flags: 4, stream: 1, [0xff, 0xff, 0xff, 0xff]),
    frame(0, flags: 8, stream: 1, [9]), frame(5, stream: 1, [0, 0, 0, 2]), frame(4, [0, 0, 1]),
    [0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1], frame(7, [0]),
  ])
  func `a malformed frame ends the connection and nothing after it matters`(bad: [UInt8]) throws {
    let server = try Self.server()
    try server.receive(
      bad + frame(0, stream: 7, [1, 2, 3]) + [UInt8](repeating: 0xa5, count: 2000))
    _ = try server.output()
    try? server.receive([UInt8](repeating: 0x5a, count: 500))
    _ = try server.output()
    #expect(!server.session.wantsRead)
  }

  @Test func `random frames never trap`() throws {
    var state: UInt64 = 7
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<300 {
      let server = try Self.server()
      for _ in 0..<40 {
        var payload = random(3) == 0 ? get : (0..<random(20)).map { _ in UInt8(random(256)) }
        if random(4) == 0, !payload.isEmpty { payload[random(payload.count)] = UInt8(random(256)) }
        let bytes = frame(
          UInt8(random(11)), flags: UInt8(random(64)), stream: UInt32(random(8)), payload)
        try? server.receive(bytes)
        _ = try? server.output()
      }
    }
  }
}
