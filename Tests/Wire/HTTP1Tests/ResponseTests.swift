import HTTP
import HTTP1
import Testing

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

private func parse(_ pieces: [[UInt8]], method: String = "GET", closes: Bool = false) throws
  -> [ResponseParser.Event]
{
  var parser = ResponseParser(requestMethod: method)
  var events: [ResponseParser.Event] = []
  func keep(_ event: ResponseParser.Event) {
    if case .body(let more) = event, case .body(let old) = events.last {
      events[events.count - 1] = .body(old + more)
    } else {
      events.append(event)
    }
  }
  for piece in pieces {
    parser.receive(piece)
    while let event = try parser.next() { keep(event) }
  }
  if closes, let event = try parser.endOfInput() { keep(event) }
  return events
}

@Suite struct ResponseParserTests {
  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "HTTP/1.0 404 Not Found\r\n\r\nbody until the end",
    "HTTP/1.1 204 No Content\r\n\r\n",
  ])
  func `every split of a response gives the same events`(text: String) throws {
    let whole = bytes(text)
    let expected = try parse([whole], closes: true)
    for cut in 0...whole.count {
      #expect(try parse([Array(whole[..<cut]), Array(whole[cut...])], closes: true) == expected)
    }
    #expect(expected.last == .end([:]))
  }

  @Test func `an upgrade ends http and leaves the rest`() throws {
    var parser = ResponseParser(requestMethod: "GET")
    parser.receive(bytes("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\u{81}"))
    guard case .head(let head, _) = try parser.next() else {
      Issue.record("no head")
      return
    }
    #expect(head.status == .switchingProtocols)
    #expect(try parser.next() == nil)
    #expect(parser.takeRemainder() == Array("\u{81}".utf8))
  }

  @Test func `an answer to head has no body whatever its length says`() throws {
    let events = try parse([bytes("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")], method: "HEAD")
    #expect(events.last == .end([:]))
  }

  @Test(arguments: [
    "HTTP/1.1 20 OK\r\n\r\n", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 200 OK\n\n", "ICY 200 OK\r\n\r\n",
    "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
  ])
  func `a broken response is refused`(text: String) {
    #expect(throws: HTTP1Error.self) { try parse([bytes(text)]) }
  }

  @Test(arguments: ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"])
  func `an answer cut short is an error`(text: String) {
    #expect(throws: HTTP1Error.self) { try parse([bytes(text)], closes: true) }
  }
}

@Suite struct HTTP1WriterTests {
  @Test func `a response says its length itself`() throws {
    var output: [UInt8] = []
    let head = HTTPResponseHead(status: .ok, headers: ["X": "y", "Content-Length": "99"])
    try HTTP1Writer.appendHead(head, body: .length(2), closes: true, to: &output)
    let text = String(decoding: output, as: UTF8.self)
    #expect(text == "HTTP/1.1 200 OK\r\nx: y\r\ncontent-length: 2\r\nconnection: close\r\n\r\n")
  }

  @Test(arguments: [HTTPStatus.noContent, .notModified, .switchingProtocols])
  func `a status without a body gets no length`(status: HTTPStatus) throws {
    var output: [UInt8] = []
    try HTTP1Writer.appendHead(HTTPResponseHead(status: status), body: .none, to: &output)
    #expect(!String(decoding: output, as: UTF8.self).contains("content-length"))
  }

  @Test(arguments: ["a\r\nb: c", "a\nb", "a\u{0}"])
  func `a field that would split the response is refused`(value: String) {
    var output: [UInt8] = []
    #expect(throws: HTTPError.self) {
      try HTTP1Writer.appendHead(
        HTTPResponseHead(status: .ok, headers: ["x": value]), body: .none, to: &output)
    }
    #expect(output.isEmpty)
  }

  @Test func `what is written is read again`() throws {
    var output: [UInt8] = []
    let head = HTTPRequestHead(
      method: "POST", target: "/a?b", authority: "host:1", headers: ["x": "y"])
    try HTTP1Writer.appendHead(head, body: .chunked, to: &output)
    HTTP1Writer.appendChunk(bytes("hello"), to: &output)
    HTTP1Writer.appendChunk([], to: &output)
    try HTTP1Writer.appendLastChunk(trailers: ["t": "u"], to: &output)
    var parser = RequestParser()
    parser.receive(output)
    guard case .head(let read) = try parser.next() else {
      Issue.record("no head")
      return
    }
    #expect(read.request.authority == "host:1")
    #expect(try parser.next() == .body(bytes("hello")))
    #expect(try parser.next() == .end(["t": "u"]))
  }
}
