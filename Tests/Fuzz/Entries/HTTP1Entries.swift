internal import HTTP
internal import HTTP1

extension FuzzEntry {
  static let http1Requests = FuzzEntry(
    name: "http1-request",
    summary: "requests on one connection: the same however cut, bounded, and rewritten the same",
    run: { (bytes) throws(Violation) in
      let seen = try sameHoweverCut(bytes) { (pieces) throws(Violation) in
        try readRequests(pieces)
      }
      if seen.failure == nil { try rewrite(seen.events) }
    })

  static let http1Responses = FuzzEntry(
    name: "http1-response",
    summary: "the answer to a GET and to a HEAD: the same however cut",
    run: { (bytes) throws(Violation) in
      for method in ["GET", "HEAD"] {
        _ = try sameHoweverCut(bytes) { (pieces) in readResponse(pieces, to: method) }
      }
    })
}

/// Small, so that inputs of some hundred bytes reach them.
private let limits: HTTP1Limits = {
  var limits = HTTP1Limits()
  limits.target = 48
  limits.headers = 160
  limits.fieldCount = 6
  limits.body = 300
  return limits
}()

/// What both parsers give: heads, pieces of bodies, ends.
private protocol BodyCarrying: Equatable {
  static func body(_ bytes: [UInt8]) -> Self
  var bodyBytes: [UInt8]? { get }
}

extension RequestParser.Event: BodyCarrying {
  var bodyBytes: [UInt8]? { if case .body(let bytes) = self { bytes } else { nil } }
}

extension ResponseParser.Event: BodyCarrying {
  var bodyBytes: [UInt8]? { if case .body(let bytes) = self { bytes } else { nil } }
}

private struct Seen<Event: BodyCarrying>: Equatable {
  private(set) var events: [Event] = []
  private(set) var failure: HTTP1Error?

  /// Adds an event; the borders of body pieces mean nothing.
  mutating func add(_ event: Event) {
    if let more = event.bodyBytes, let bytes = events.last?.bodyBytes {
      events[events.count - 1] = .body(bytes + more)
    } else {
      events.append(event)
    }
  }

  /// Ends with an error; how much of a body came before it depends on the pieces.
  mutating func fail(_ error: HTTP1Error) {
    if events.last?.bodyBytes != nil { events.removeLast() }
    failure = error
  }
}

private func readRequests(_ pieces: [[UInt8]]) throws(Violation) -> Seen<RequestParser.Event> {
  var parser = RequestParser(limits: limits)
  var seen = Seen<RequestParser.Event>()
  for piece in pieces {
    parser.receive(piece)
    do throws(HTTP1Error) {
      while let event = try parser.next() {
        if case .end = event { parser.beginNextRequest() }
        seen.add(event)
      }
    } catch {
      seen.fail(error)
      return seen
    }
    // A line of a chunk, of the head, or of the request: what is not read yet is never more.
    try require(parser.bufferedBytes <= 300, "\(parser.bufferedBytes) bytes wait to be read")
  }
  return seen
}

private func readResponse(_ pieces: [[UInt8]], to method: String) -> Seen<ResponseParser.Event> {
  var parser = ResponseParser(requestMethod: method, limits: limits)
  var seen = Seen<ResponseParser.Event>()
  do throws(HTTP1Error) {
    for piece in pieces {
      parser.receive(piece)
      while let event = try parser.next() { seen.add(event) }
    }
    if let event = try parser.endOfInput() { seen.add(event) }
  } catch {
    seen.fail(error)
  }
  return seen
}

/// What was read, written by our writer, must be read as the same requests: a proxy that used both
/// could not be made to smuggle.
private func rewrite(_ events: [RequestParser.Event]) throws(Violation) {
  var output: [UInt8] = []
  var isChunked = false
  do throws(HTTPError) {
    for event in events {
      switch event {
      case .head(let head):
        if head.minorVersion == 0 { return }
        isChunked = head.contentLength == nil
        try HTTP1Writer.appendHead(
          head.request, body: isChunked ? .chunked : .length(head.contentLength ?? 0), to: &output)
      case .body(let bytes):
        if isChunked { HTTP1Writer.appendChunk(bytes, to: &output) } else { output += bytes }
      case .end(let trailers):
        if isChunked { try HTTP1Writer.appendLastChunk(trailers: trailers, to: &output) }
      }
    }
  } catch {
    throw Violation("what was read cannot be written: \(error)")
  }
  var roomy = HTTP1Limits()
  roomy.target = 1 << 16
  var parser = RequestParser(limits: roomy)
  var again = Seen<RequestParser.Event>()
  parser.receive(output)
  do throws(HTTP1Error) {
    while let event = try parser.next() {
      if case .end = event { parser.beginNextRequest() }
      again.add(event)
    }
  } catch {
    throw Violation("what was written cannot be read: \(error)")
  }
  try requireEqual(
    events.map(essence), again.events.map(essence), "read, written and read again differs")
}

/// An event without the fields that a writer makes by itself.
private func essence(_ event: RequestParser.Event) -> RequestParser.Event {
  guard case .head(let head) = event else { return event }
  var text = "\(head.request.method) \(head.request.target) \(head.request.authority.utf8.count)"
  let framing = ["host", "content-length", "transfer-encoding"]
  for field in head.request.headers where !framing.contains(field.name) {
    text += "\n\(field.name): \(field.value)"
  }
  return .body(Array("\(text)\n\(head.keepsAlive)".utf8))
}
