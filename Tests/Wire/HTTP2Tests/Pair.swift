import HTTP

@testable import HTTP2

/// What an event said, as owned values.
enum Seen: Equatable {
  case headers(Int32, HTTP2HeaderKind, [String], end: Bool)
  case tooLarge(Int32)
  case data(Int32, [UInt8], end: Bool)
  case reset(Int32, UInt32)
  case notSent(Int32)
  case closed(Int32, UInt32)
  case drained(Int32)
  case settings
  case settingsAcknowledged
  case ping(UInt64)
  case pong(UInt64)
  case goAway(Int32, UInt32, String)
  case abuse(HTTP2Abuse)
  case violation(UInt32)

  init(_ event: HTTP2Event) {
    switch event {
    case .headers(let id, let block, let kind, let end):
      let fields = block.map {
        "\(String(decoding: $0.nameBytes, as: UTF8.self))=\(String(decoding: $0.value, as: UTF8.self))"
      }
      self = .headers(id, kind, fields, end: end)
    case .headerListTooLarge(let id, _): self = .tooLarge(id)
    case .data(let id, let bytes, let end): self = .data(id, Array(bytes), end: end)
    case .reset(let id, let code): self = .reset(id, code.rawValue)
    case .notSent(let id): self = .notSent(id)
    case .streamClosed(let id, let code): self = .closed(id, code.rawValue)
    case .drained(let id): self = .drained(id)
    case .settings: self = .settings
    case .settingsAcknowledged: self = .settingsAcknowledged
    case .ping(let value): self = .ping(value)
    case .pingAcknowledged(let value): self = .pong(value)
    case .goAway(let last, let code, let debug): self = .goAway(last, code.rawValue, debug)
    case .abuse(let abuse): self = .abuse(abuse)
    case .violation(let code): self = .violation(code.rawValue)
    }
  }
}

/// One session with what it has seen.
final class End {
  let session: HTTP2Session
  var seen: [Seen] = []
  var now = Duration.zero
  var onEvent: ((HTTP2Event) -> Void)?

  init(_ role: HTTP2Role, _ configuration: HTTP2Configuration = HTTP2Configuration()) throws {
    session = try HTTP2Session(role: role, configuration: configuration)
  }

  func output(limit: Int = .max / 2) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try session.takeOutput(into: &bytes, limit: limit) { record($0) }
    return bytes
  }

  func receive(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try session.receive($0, now: now) { record($0) } }
  }

  func take() -> [Seen] {
    defer { seen = [] }
    return seen
  }

  private func record(_ event: HTTP2Event) {
    seen.append(Seen(event))
    onEvent?(event)
  }
}

/// A client and a server joined by memory.
struct Pair {
  let client: End
  let server: End

  init(
    client: HTTP2Configuration = HTTP2Configuration(),
    server: HTTP2Configuration = HTTP2Configuration()
  ) throws {
    self.client = try End(.client, client)
    self.server = try End(.server, server)
    try exchange()
    _ = self.client.take()
    _ = self.server.take()
  }

  /// Carries bytes both ways until nothing moves.
  func exchange() throws {
    while true {
      let up = try client.output()
      if !up.isEmpty { try server.receive(up) }
      let down = try server.output()
      if !down.isEmpty { try client.receive(down) }
      if up.isEmpty && down.isEmpty { return }
    }
  }

  func request(_ path: String = "/a.B/C", end: Bool = false, extra: HTTPHeaders = [:]) throws
    -> Int32
  {
    try client.session.submitRequest(
      HTTP2Fields(
        request: HTTPRequestHead(
          method: "POST", target: path, scheme: "http", authority: "a", headers: extra)),
      endStream: end)
  }
}

/// A frame written by hand.
func frame(_ type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8]
{
  let length = payload.count
  return [
    UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255), type, flags,
    UInt8(stream >> 24), UInt8(stream >> 16 & 255), UInt8(stream >> 8 & 255), UInt8(stream & 255),
  ] + payload
}

let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

/// A literal header block without compression.
func block(_ fields: [(String, String)]) -> [UInt8] {
  fields.flatMap { name, value -> [UInt8] in
    precondition(name.utf8.count < 127 && value.utf8.count < 127)
    return [0, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)]
      + Array(value.utf8)
  }
}

let get = block([(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a")])
