internal import WebSocket

extension FuzzEntry {
  static let webSocket = FuzzEntry(
    name: "websocket",
    summary:
      "frames to a server and to a client: the same however cut; our answers are well formed",
    run: { (bytes) throws(Violation) in
      for role in [WebSocketRole.server, .client] {
        let end = try sameHoweverCut(bytes) { (pieces) throws(Violation) in
          try read(pieces, as: role)
        }
        try checkMessages(end.events)
        try echo(end.events, from: role)
      }
    })
}

/// Bytes of one message.
private let limit = 300

private struct Seen: Equatable {
  var events: [WebSocketEvent] = []
  /// A server's alone: a client's masks are random.
  var output: [UInt8] = []
  var isFinished = false
}

private func session(_ role: WebSocketRole) throws(Violation) -> WebSocketSession {
  try mustWork("a session cannot be made") {
    try WebSocketSession(role: role, maxMessage: limit)
  }
}

private func read(_ pieces: [[UInt8]], as role: WebSocketRole) throws(Violation) -> Seen {
  let session = try session(role)
  var seen = Seen()
  var output: [UInt8] = []
  var count = 0
  for piece in pieces {
    piece.withUnsafeBytes { session.receive($0) { seen.events.append($0) } }
    session.takeOutput(into: &output)
    count += piece.count
  }
  // A pong is as long as its ping, but for the mask; a close frame has at most 4 + 4 bytes more.
  try require(output.count <= 3 * count + 8, "\(count) bytes are answered by \(output.count)")
  try checkAnswers(output, from: role)
  if role == .server { seen.output = output }
  seen.isFinished = session.isFinished
  return seen
}

/// What a session writes by itself are pongs and one close frame, as its peer reads them.
private func checkAnswers(_ bytes: [UInt8], from role: WebSocketRole) throws(Violation) {
  let peer = try session(role == .server ? .client : .server)
  var events: [WebSocketEvent] = []
  bytes.withUnsafeBytes { peer.receive($0) { events.append($0) } }
  for (index, event) in events.enumerated() {
    switch event {
    case .pong: break
    case .close(let reason):
      try require(index == events.count - 1, "something follows a close frame")
      try require(peer.violation == nil, "our own frames break a rule: \(reason.code)")
    case .message, .ping: throw Violation("a session speaks unasked")
    }
  }
}

private func checkMessages(_ events: [WebSocketEvent]) throws(Violation) {
  for (index, event) in events.enumerated() {
    switch event {
    case .message(let message):
      try require(message.bytes.count <= limit, "a message of \(message.bytes.count) bytes")
      if case .text(let text) = message {
        try require(String(validating: text, as: UTF8.self) != nil, "a text is not UTF-8")
      }
    case .close: try require(index == events.count - 1, "something follows the close")
    case .ping: break
    case .pong(let payload): try require(payload.count <= 125, "a long pong")
    }
  }
}

/// Messages that came are the same to the peer when they are sent back.
private func echo(_ events: [WebSocketEvent], from role: WebSocketRole) throws(Violation) {
  let messages = events.filter { if case .message = $0 { true } else { false } }
  let sender = try session(role)
  for case .message(let message) in messages { sender.send(message) }
  var output: [UInt8] = []
  sender.takeOutput(into: &output)
  let peer = try session(role == .server ? .client : .server)
  var events: [WebSocketEvent] = []
  output.withUnsafeBytes { peer.receive($0) { events.append($0) } }
  try requireEqual(messages, events, "messages change when sent back")
}
