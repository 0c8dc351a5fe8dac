import EventLoop
import Glibc
import HTTP
import HTTP2

/// A blocking HTTP/2 client made of a socket and a session, so that tests decide every frame.
final class RawClient {
  struct Answer {
    var heads: [HTTPHeaders] = []
    var body: [UInt8] = []
    /// The server has said all; our side may be open.
    var isWhole = false
    /// Both sides have ended.
    var isEnded = false
    var reset: UInt32?
    /// The status of the last header block that has one.
    var status: String? { heads.compactMap { $0["grpc-status"] }.last }
  }

  private let fd: CInt
  let session: HTTP2Session
  private(set) var answers: [Int32: Answer] = [:]
  private(set) var goAways: [Int32] = []
  private(set) var goAwayTexts: [String] = []
  private(set) var isClosed = false

  /// Connects; a read that waits longer than ten seconds fails the test by ending the connection.
  init(_ address: SocketAddress, window: Int32 = 1 << 20) throws {
    fd = try RawClient.connect(address)
    var configuration = HTTP2Configuration()
    configuration.initialStreamWindow = window
    session = try HTTP2Session(role: .client, configuration: configuration)
  }

  deinit { close(fd) }

  static func connect(_ address: SocketAddress) throws -> CInt {
    let fd = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var target = sockaddr_in()
    target.sin_family = sa_family_t(AF_INET)
    target.sin_port = in_port_t(address.port!).bigEndian
    target.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &target) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    precondition(status == 0, "the test cannot connect: errno \(errno)")
    var timeout = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    return fd
  }

  /// Sends `bytes` on a blocking socket; false when the server does not take them all.
  @discardableResult
  static func post(_ bytes: [UInt8], on fd: CInt) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        send(fd, $0.baseAddress! + sent, bytes.count - sent, CInt(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// What the server still sends on a socket, to its end.
  static func readToEnd(of fd: CInt) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(fd, &buffer, buffer.count)
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
    }
  }

  /// Sends `bytes` on a connection of their own and gives all that comes back.
  static func exchange(_ address: SocketAddress, _ bytes: [UInt8]) throws -> String {
    let fd = try connect(address)
    defer { close(fd) }
    post(bytes, on: fd)
    return String(decoding: readToEnd(of: fd), as: UTF8.self)
  }

  /// Opens a stream; `fields` come behind the pseudo-headers.
  func open(
    _ path: String, method: String = "POST", _ fields: HTTPHeaders, end: Bool = false
  ) throws -> Int32 {
    let head = HTTPRequestHead(
      method: method, target: path, scheme: "http", authority: "test", headers: fields)
    let id = try session.submitRequest(HTTP2Fields(request: head), endStream: end)
    answers[id] = Answer()
    return id
  }

  /// Writes what is due, then reads and handles until `done`, or until the connection ends.
  func run(until done: (RawClient) -> Bool) throws {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      try flush()
      if done(self) { return }
      let count = read(fd, &buffer, buffer.count)
      guard count > 0 else {
        isClosed = true
        return
      }
      try buffer.withUnsafeBytes { bytes in
        try session.receive(
          UnsafeRawBufferPointer(rebasing: bytes[..<count]), now: .zero
        ) { handle($0) }
      }
    }
  }

  /// Runs until stream `id` has ended and gives what it answered.
  func finish(_ id: Int32) throws -> Answer {
    try run { $0.answers[id]!.isEnded }
    return answers[id]!
  }

  /// Runs until the server has said all on stream `id`, whose request may go on, and gives what it answered.
  func answer(on id: Int32) throws -> Answer {
    try run { $0.answers[id]!.isWhole || $0.answers[id]!.isEnded }
    return answers[id]!
  }

  func flush() throws {
    var output: [UInt8] = []
    repeat {
      output = []
      try session.takeOutput(into: &output) { handle($0) }
      guard Self.post(output, on: fd) else { return }
    } while !output.isEmpty
  }

  private func handle(_ event: HTTP2Event) {
    switch event {
    case .headers(let id, let block, _, let end):
      var headers = block.headers()
      if let status = block.text(.status) { headers.add("http-status", status) }
      answers[id]?.heads.append(headers)
      if end { answers[id]?.isWhole = true }
    case .data(let id, let bytes, let end):
      answers[id]?.body += bytes
      if end { answers[id]?.isWhole = true }
    case .reset(let id, let code): answers[id]?.reset = code.rawValue
    case .streamClosed(let id, _): answers[id]?.isEnded = true
    case .goAway(let last, _, let text):
      goAways.append(last)
      goAwayTexts.append(text)
    default: break
    }
  }
}

extension HTTPHeaders {
  /// What every gRPC request carries.
  static let grpc: HTTPHeaders = ["content-type": "application/grpc", "te": "trailers"]

  func adding(_ name: String, _ value: String) -> HTTPHeaders {
    var headers = self
    headers.replace(name, with: value)
    return headers
  }
}
