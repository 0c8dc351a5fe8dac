internal import EventLoop
internal import HTTP
internal import HTTP1
internal import Synchronization
internal import TLS

/// What a scripted server saw.
struct Seen: Sendable {
  var head: HTTPRequestHead
  var body: [UInt8]
  var connection: Int
}

/// An HTTP/1.1 server on a free port whose answers a test writes as text. Loop-confined.
final class ScriptedServer {
  private let loop: EventLoop
  private let tls: TLSContext?
  private let answer: (Seen) -> String?
  private var listener: TCPListener?
  private var connections = 0

  /// Answers each whole request with what `answer` gives; nil closes the connection.
  init(_ loop: EventLoop, tls: TLSContext? = nil, answer: @escaping (Seen) -> String?) throws {
    self.loop = loop
    self.tls = tls
    self.answer = answer
    listener = try TCPListener.bind(loop, SocketAddress(host: "127.0.0.1", port: 0)) {
      self.accept($0)
    }
  }

  var authority: String { listener?.boundAddress.description ?? "" }

  func close() { listener?.close() }

  private func accept(_ stream: TCPStream) {
    connections += 1
    let number = connections
    let session = tls.flatMap { try? TLSSession(server: $0) }
    var parser = RequestParser()
    var seen: Seen?
    stream.onRead = { bytes in
      var plain: [UInt8] = []
      if let session {
        guard (try? session.receiveCiphertext(bytes, into: &plain)) != nil else {
          return stream.close()
        }
        Self.flush(session, stream)
      } else {
        plain = Array(bytes)
      }
      plain.withUnsafeBytes { parser.receive($0) }
      while let event = try? parser.next() {
        switch event {
        case .head(let head): seen = Seen(head: head.request, body: [], connection: number)
        case .body(let bytes): seen?.body += bytes
        case .end:
          guard let request = seen, let text = self.answer(request) else { return stream.close() }
          Self.send(Array(text.utf8), session, stream)
          parser.beginNextRequest()
        }
      }
    }
    stream.onEnd = { _ in stream.close() }
    stream.start()
  }

  static func send(_ bytes: [UInt8], _ session: TLSSession?, _ stream: TCPStream) {
    guard let session else { return stream.write(bytes) }
    try? session.send(bytes)
    flush(session, stream)
  }

  static func flush(_ session: TLSSession, _ stream: TCPStream) {
    var ciphertext: [UInt8] = []
    session.takeCiphertext(into: &ciphertext)
    stream.write(ciphertext)
  }
}

/// Runs `body` as a task on a fresh loop, and stops the loop after it.
func withLoop<T: Sendable>(
  _ body: @escaping @Sendable (EventLoop) async throws -> T
) async throws -> T {
  let loop = EventLoop.start(name: "test")
  let result = await Task(executorPreference: loop) { try await body(loop) }.result
  await loop.stop()
  return try result.get()
}

/// Things noted in order, from any thread.
final class Journal<T: Sendable>: Sendable {
  private let list = Mutex<[T]>([])
  func note(_ item: T) { list.withLock { $0.append(item) } }
  var items: [T] { list.withLock { $0 } }
}
