import EventLoop
import GRPC
import HTTP
import HTTP2
import RPCCore
import Synchronization
import TLS

/// A bare HTTP/2 server on a loop whose every answer a test decides.
actor PeerServer {
  typealias Script = @Sendable (PeerCall) -> Void

  nonisolated let loop: EventLoop
  private var listener: TCPListener?
  private(set) var connectionCount = 0
  private let script: Script
  private let tls: TLSContext?
  private let settings: HTTP2Configuration
  private var connections: [PeerConnection] = []

  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  init(
    loop: EventLoop, tls: TLSContext? = nil, settings: HTTP2Configuration = .peer,
    _ script: @escaping Script
  ) {
    self.loop = loop
    self.tls = tls
    self.settings = settings
    self.script = script
  }

  func start(
    on address: SocketAddress = SocketAddress(host: "127.0.0.1", port: 0)
  ) throws -> SocketAddress {
    let listener = try TCPListener.bind(
      loop, address, reusePort: false
    ) { [weak self] stream in
      self?.assumeIsolated { $0.accept(stream) }
    }
    self.listener = listener
    return listener.boundAddress
  }

  func stop() {
    listener?.close()
    for connection in connections { connection.close() }
  }

  /// Does something to every connection, on the loop.
  func forEachConnection(_ body: @Sendable (PeerConnection) -> Void) {
    for connection in connections { body(connection) }
  }

  private func accept(_ stream: TCPStream) {
    connectionCount += 1
    let connection = PeerConnection(
      stream, number: connectionCount, loop: loop, tls: tls, settings: settings, script)
    connections.append(connection)
    connection.start()
  }
}

/// One request, complete when the script gets it.
final class PeerCall {
  let connection: PeerConnection
  let stream: HTTP2StreamID
  let head: HTTPRequestHead
  fileprivate(set) var messages: [[UInt8]] = []
  /// Gets the messages that come after the script was called.
  var onMessage: (([UInt8]) -> Void)?
  fileprivate var decoder = EnvelopeDecoder(limit: 1 << 24)

  fileprivate init(_ connection: PeerConnection, _ stream: HTTP2StreamID, _ head: HTTPRequestHead) {
    self.connection = connection
    self.stream = stream
    self.head = head
  }

  func sendHead(_ headers: HTTPHeaders = HTTPHeaders()) {
    var all: HTTPHeaders = ["content-type": "application/grpc"]
    for field in headers { all.add(field.name, field.value) }
    try? connection.session.submitHeaders(
      stream, HTTP2Fields(status: HTTPStatus(rawValue: 200), all))
    connection.flushSoon()
  }

  func send(_ message: [UInt8]) {
    try? connection.session.submitData(stream, Envelope.frame(message))
    connection.flushSoon()
  }

  func end(_ status: Int, _ headers: HTTPHeaders = HTTPHeaders()) {
    var fields = HTTP2Fields()
    fields.append("grpc-status", "\(status)")
    fields.append(headers)
    try? connection.session.submitTrailers(stream, fields)
    connection.flushSoon()
  }

  /// Head, one message, status 0.
  func answer(_ message: [UInt8]) {
    sendHead()
    send(message)
    end(0)
  }

  /// Head, and from then on each message back as it comes.
  func answerEach(_ headers: HTTPHeaders = HTTPHeaders()) {
    sendHead(headers)
    for message in messages { send(message) }
    onMessage = { [weak self] in self?.send($0) }
  }

  func trailersOnly(_ headers: HTTPHeaders, status: Int = 200) {
    try? connection.session.submitHeaders(
      stream, HTTP2Fields(status: HTTPStatus(rawValue: status), headers), endStream: true)
    connection.flushSoon()
  }

  func reset(_ code: HTTP2ErrorCode) {
    connection.session.resetStream(stream, code)
    connection.flushSoon()
  }
}

extension HTTP2Configuration {
  /// A server with the smallest usual window.
  static var peer: HTTP2Configuration { peer { _ in } }

  static func peer(_ change: (inout HTTP2Configuration) -> Void) -> HTTP2Configuration {
    var settings = HTTP2Configuration()
    settings.initialStreamWindow = 65_535
    change(&settings)
    return settings
  }
}

final class PeerConnection: BeforeSleepHook {
  /// 1 for the first connection of the server.
  let number: Int
  let session: HTTP2Session
  private let stream: TCPStream
  private let loop: EventLoop
  private let script: PeerServer.Script
  private let tls: TLSSession?
  private var calls: [HTTP2StreamID: PeerCall] = [:]
  private var isFlushScheduled = false
  private(set) var resets: [HTTP2ErrorCode] = []
  /// Whether request bytes are given back to the client as they come.
  var returnsCredit = true

  init(
    _ stream: TCPStream, number: Int, loop: EventLoop, tls: TLSContext?,
    settings: HTTP2Configuration, _ script: @escaping PeerServer.Script
  ) {
    self.tls = tls.flatMap { try? TLSSession(server: $0) }
    self.stream = stream
    self.number = number
    self.loop = loop
    self.script = script
    session = try! HTTP2Session(role: .server, configuration: settings)  // a valid one is made
  }

  func start() {
    stream.onRead = { [self] bytes in
      var plain: [UInt8] = []
      if let tls {
        try? tls.receiveCiphertext(bytes, into: &plain)
      } else {
        plain = Array(bytes)
      }
      plain.withUnsafeBytes { try? session.receive($0, now: .zero) { handle($0) } }
      flushSoon()
    }
    stream.onEnd = { [self] _ in close() }
    stream.start()
    flushSoon()
  }

  func close() {
    stream.close()
  }

  /// Says goodbye in TLS, and leaves TCP open.
  func sayGoodbye() {
    guard let tls else { return }
    tls.close()
    var bytes: [UInt8] = []
    tls.takeCiphertext(into: &bytes)
    stream.write(bytes)
  }

  func flushSoon() {
    guard !isFlushScheduled else { return }
    isFlushScheduled = true
    loop.beforeSleep(self)
  }

  func loopWillSleep() {
    isFlushScheduled = false
    var output: [UInt8] = []
    if tls?.state ?? .open == .open {
      try? session.takeOutput(into: &output, limit: 1 << 24) { handle($0) }
    }
    if let tls {
      if !output.isEmpty { try? tls.send(output) }
      output = []
      tls.takeCiphertext(into: &output)
    }
    if !output.isEmpty { stream.write(output) }
  }

  private func handle(_ event: HTTP2Event) {
    switch event {
    case .headers(let id, let block, _, let endStream):
      let call = PeerCall(self, id, block.requestHead())
      calls[id] = call
      if endStream || call.head.headers["x-early"] != nil { script(call) }
    case .data(let id, let bytes, let endStream):
      guard let call = calls[id] else { return }
      if returnsCredit { session.consume(id, count: bytes.count) }
      try? call.decoder.receive(bytes) {
        call.messages.append($0.bytes)
        call.onMessage?($0.bytes)
      }
      if endStream, call.head.headers["x-early"] == nil { script(call) }
    case .reset(_, let code): resets.append(code)
    default: break
    }
  }
}

extension SocketAddress {
  private static let hosts = Atomic<Int>(0)

  /// A loopback address that no other server has, for one that is to be missed when it stops: a port
  /// of 127.0.0.1 may be somebody else's a moment later.
  static func ownLoopback() -> SocketAddress {
    let host = hosts.wrappingAdd(1, ordering: .relaxed).newValue
    return SocketAddress(host: "127.1.\(host >> 8 & 255).\(host & 255)", port: 0)
  }
}
