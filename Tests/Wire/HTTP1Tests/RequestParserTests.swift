import HTTP
import HTTP1
import Testing

/// Everything a parser gives for `pieces`, requests one after another.
private func parse(
  _ pieces: [[UInt8]], limits: HTTP1Limits = HTTP1Limits()
) throws(HTTP1Error) -> [RequestParser.Event] {
  var parser = RequestParser(limits: limits)
  var events: [RequestParser.Event] = []
  for piece in pieces {
    parser.receive(piece)
    while let event = try parser.next() {
      if case .end = event { parser.beginNextRequest() }
      events.append(event)
    }
  }
  return merged(events)
}

/// Neighbouring body pieces joined, since their borders mean nothing.
private func merged(_ events: [RequestParser.Event]) -> [RequestParser.Event] {
  var output: [RequestParser.Event] = []
  for event in events {
    if case .body(let more) = event, case .body(let bytes) = output.last {
      output[output.count - 1] = .body(bytes + more)
    } else {
      output.append(event)
    }
  }
  return output
}

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

private func failure(_ text: String, limits: HTTP1Limits = HTTP1Limits()) -> HTTP1Error? {
  do {
    _ = try parse([bytes(text)], limits: limits)
    return nil
  } catch {
    return error
  }
}

@Suite struct RequestParserTests {
  static let valid = [
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "\r\nGET /a?b=c HTTP/1.1\r\nHost: a:80\r\nX: \t y z \t\r\nEmpty:\r\n\r\n",
    "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\nhost: b\r\n\r\n",
    "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n5;x=y\r\nhello\r\n0A\r\n0123456789\r\n0\r\nTrailer: v\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET http://a/x?y HTTP/1.1\r\nHost: A\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 1\r\nExpect: 100-Continue\r\n\r\nx",
  ]

  @Test(arguments: valid)
  func `every split of a request gives the same events`(text: String) throws {
    let whole = bytes(text)
    let expected = try parse([whole])
    #expect(!expected.isEmpty)
    for cut in 0...whole.count {
      #expect(try parse([Array(whole[..<cut]), Array(whole[cut...])]) == expected)
    }
    #expect(try parse(whole.map { [$0] }) == expected)
  }

  @Test func `a head tells method, target, host and fields`() throws {
    guard case .head(let head) = try parse([bytes(Self.valid[1])]).first else {
      Issue.record("no head")
      return
    }
    #expect(head.request.method == "GET")
    #expect(head.request.target == "/a?b=c")
    #expect(head.request.authority == "a:80")
    #expect(head.request.headers["x"] == "y z")
    #expect(head.request.headers["empty"] == "")
    #expect(head.keepsAlive && head.minorVersion == 1 && !head.expectsContinue)
    #expect(head.contentLength == 0)
  }

  @Test func `chunks are joined and trailers follow them`() throws {
    let events = try parse([bytes(Self.valid[3])])
    #expect(events.dropFirst() == [.body(bytes("hello0123456789")), .end(["trailer": "v"])])
  }

  @Test(arguments: [
    (";a", true), (" ; a = b\t;c", true), (";a=\"b; \\\" c\";d=e", true), (";a=\"\"", true),
    (";", false), (";a;", false), (";a=", false), (";a=\"b", false), (";a=\"b\\", false),
    (" ", false), (";a ", false), ("a=b", false), (";a b", false), (";=b", false),
    (";a=b=c", false),
    (";a=\"b\u{7f}\"", false), (";a=\"\u{e0}\"", true),
  ])
  func `a chunk may have extensions that are well formed`(text: String, isValid: Bool) {
    let request =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\(text)\r\nab\r\n0\(text)\r\n\r\n"
    #expect((try? parse([bytes(request)]))?.last == (isValid ? .end([:]) : nil), "\(text)")
  }

  @Test func `a pipelined request waits for its turn`() throws {
    var parser = RequestParser()
    parser.receive(bytes(Self.valid[2]))
    _ = try parser.next()
    #expect(try parser.next() == .body(bytes("hello")))
    #expect(try parser.next() == .end([:]))
    #expect(try parser.next() == nil)
    #expect(parser.bufferedBytes > 0)
    parser.beginNextRequest()
    guard case .head(let head) = try parser.next() else {
      Issue.record("no second head")
      return
    }
    #expect(head.request.target == "/b")
  }

  @Test(arguments: [
    ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", true),
    ("GET / HTTP/1.1\r\nHost: a\r\nConnection: foo, Close\r\n\r\n", false),
    ("GET / HTTP/1.0\r\n\r\n", false), ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true),
  ])
  func `the connection field and the version decide whether it lives on`(
    text: String, lives: Bool
  ) throws {
    guard case .head(let head) = try parse([bytes(text)]).first else {
      Issue.record("no head")
      return
    }
    #expect(head.keepsAlive == lives)
  }

  @Test func `an expectation is reported`() throws {
    guard case .head(let head) = try parse([bytes(Self.valid[8])]).first else {
      Issue.record("no head")
      return
    }
    #expect(head.expectsContinue)
  }

  @Test func `the bytes behind an upgrade are given over`() throws {
    var parser = RequestParser()
    parser.receive(bytes("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n\u{1}\u{2}"))
    _ = try parser.next()
    #expect(try parser.next() == .end([:]))
    #expect(parser.takeRemainder() == [1, 2])
  }
}

@Suite struct RequestRefusalTests {
  static let post = "POST / HTTP/1.1\r\nHost: a\r\n"

  @Test(arguments: [
    // Smuggling: lengths that two parsers read differently.
    (post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400),
    (post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
    (post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400),
    (post + "Content-Length: 3, 3\r\n\r\nabc", 400), (post + "Content-Length: +3\r\n\r\nabc", 400),
    (post + "Content-Length: -3\r\n\r\nabc", 400), (post + "Content-Length: 0x3\r\n\r\nabc", 400),
    (post + "Content-Length: 3 3\r\n\r\nabc", 400), (post + "Content-Length:\r\n\r\n", 400),
    (post + "Content-Length: 9999999999999999\r\n\r\n", 400),
    (post + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
    (post + "Transfer-Encoding: chunked, chunked\r\n\r\n", 501),
    (post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", 501),
    (post + "Transfer-Encoding: xchunked\r\n\r\n", 501),
    (post + "Transfer-Encoding:\u{b}chunked\r\n\r\n", 400),
    (post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
    (post + "Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n", 400),
    ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    // Lines.
    ("GET / HTTP/1.1\nHost: a\n\n", 400), ("GET / HTTP/1.1\r\nHost: a\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400), (post + "X: a\r\n b\r\n\r\n", 400),
    (post + "X: a\r\n\tb\r\n\r\n", 400), (post + " X: a\r\n\r\n", 400),
    (post + "X: a\u{0}b\r\n\r\n", 400), (post + "X\u{0}: b\r\n\r\n", 400),
    (post + "X: a\u{1}b\r\n\r\n", 400), (post + ": b\r\n\r\n", 400), (post + "X\r\n\r\n", 400),
    (post + "X y: b\r\n\r\n", 400), (post + "X(: b\r\n\r\n", 400),
    // Host.
    ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
    ("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    // Request line.
    ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400),
    ("GET /\r\nHost: a\r\n\r\n", 400), ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505), ("GET / http/1.1\r\nHost: a\r\n\r\n", 400),
    ("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET /ü HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("\r\n\r\n\r\nGET / HTTP/1.1\r\n", 400),
    ("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501), ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    (post + "Expect: 200-ok\r\n\r\n", 417),
    // Chunks.
    (post + "Transfer-Encoding: chunked\r\n\r\ng\r\n", 400),
    (post + "Transfer-Encoding: chunked\r\n\r\n\r\n", 400),
    (post + "Transfer-Encoding: chunked\r\n\r\n 5\r\nhello\r\n", 400),
    (post + "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n", 400),
    (post + "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n", 400),
    (post + "Transfer-Encoding: chunked\r\n\r\n123456789\r\n", 400),
    (post + "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n", 400),
    (post + "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloo\r\n", 400),
    (post + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\n", 400),
    (post + "Transfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n", 400),
    (post + "Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\n\r\n", 400),
    (post + "Transfer-Encoding: chunked\r\n\r\n0\r\nbad\r\n\r\n", 400),
  ])
  func `a request that could be read two ways is refused`(text: String, status: Int) {
    #expect(failure(text)?.status.rawValue == status)
  }

  @Test func `limits hold however slowly the bytes come`() {
    let target = "GET /" + String(repeating: "a", count: 9000)
    #expect(failure(target)?.status == .uriTooLong)
    let field = Self.post + "X: " + String(repeating: "a", count: 17_000)
    #expect(failure(field)?.status == .headerFieldsTooLarge)
    let fields = Self.post + String(repeating: "a: b\r\n", count: 129) + "\r\n"
    #expect(failure(fields)?.status == .headerFieldsTooLarge)
    let trailers =
      Self.post + "Transfer-Encoding: chunked\r\n\r\n0\r\n"
      + String(repeating: "a: b\r\n", count: 200)
    #expect(failure(trailers)?.status == .headerFieldsTooLarge)
    let chunk =
      Self.post + "Transfer-Encoding: chunked\r\n\r\n5;" + String(repeating: "a", count: 300)
    #expect(failure(chunk)?.status == .badRequest)
  }

  @Test(arguments: ["Content-Length: 11\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nb\r\n"])
  func `a body above the limit is refused before it is read`(rest: String) {
    var limits = HTTP1Limits()
    limits.body = 10
    #expect(failure(Self.post + rest, limits: limits)?.status == .contentTooLarge)
  }

  @Test func `after a refusal nothing is parsed`() throws {
    var parser = RequestParser()
    parser.receive(bytes("GET / HTTP/1.1\nHost: a\r\n\r\n"))
    #expect(throws: HTTP1Error.self) { try parser.next() }
    parser.receive(bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
    #expect(try parser.next() == nil)
  }

  @Test func `random bytes are refused or wait, and never trap`() {
    var state: UInt64 = 42
    let alphabet = Array(
      "GET / HTTP/1.1\r\n:Hostchunked0123456789abcdef;,\u{0}\t Content-Length".utf8)
    for _ in 0..<2000 {
      var piece: [UInt8] = []
      for _ in 0..<80 {
        state = state &* 6_364_136_223_846_793_005 &+ 1
        piece.append(alphabet[Int(state >> 33) % alphabet.count])
      }
      _ = failure(String(decoding: piece, as: UTF8.self))
      _ = failure(
        Self.post + "Transfer-Encoding: chunked\r\n\r\n" + String(decoding: piece, as: UTF8.self))
    }
  }
}
