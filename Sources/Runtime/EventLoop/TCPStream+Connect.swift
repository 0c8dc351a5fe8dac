internal import CUV
internal import Glibc

extension TCPStream {
  /// Connects to a host by name or number, trying its addresses in the resolver's order until one
  /// answers or `timeout` is over for all of them together.
  ///
  /// Call it from a task on `loop`; the stream arrives unstarted there. Cancelling gives up at once
  /// with `CancellationError`.
  public static func connect(
    on loop: EventLoop, to host: String, port: Int, timeout: Duration
  ) async throws -> sending TCPStream {
    try await connect(on: loop, to: SocketAddress(host: host, port: port), timeout: timeout)
  }

  /// Connects to a host or a unix socket; see the other `connect`.
  public static func connect(
    on loop: EventLoop, to address: SocketAddress, timeout: Duration
  ) async throws -> sending TCPStream {
    let connector = LoopConfined(Connector(loop, address))
    let stream = try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        loop.perform { connector.value.start(timeout, continuation) }
      }
    } onCancel: {
      loop.perform { connector.value.end(throwing: CancellationError()) }
    }
    return stream.value
  }
}

/// One attempt to connect: resolve → try addresses in turn → answer once. Loop-confined.
private final class Connector {
  private let loop: EventLoop
  private let address: SocketAddress
  private var continuation: CheckedContinuation<LoopConfined<TCPStream>, any Error>?
  private var candidates: ArraySlice<RawAddress> = []
  private var attempt: TCPStream?
  private var timer: LoopTimer?
  private var lastError: EventLoopError
  private var isOver = false

  init(_ loop: EventLoop, _ address: SocketAddress) {
    self.loop = loop
    self.address = address
    lastError = EventLoopError(.nameNotFound, "\(address) has no address")
  }

  func start(
    _ timeout: Duration, _ continuation: CheckedContinuation<LoopConfined<TCPStream>, any Error>
  ) {
    guard !isOver else { return continuation.resume(throwing: CancellationError()) }
    self.continuation = continuation
    guard !loop.core.isStopping else { return end(throwing: EventLoopError.loopStopped) }
    startTimer(timeout)
    switch address.form {
    case .unix(let path): tryAll(RawAddress(unixPath: path).map { [$0] } ?? [])
    case .internet(let host, let port):
      if let numeric = RawAddress(numeric: host, port: port) { return tryAll([numeric]) }
      NameLookup.start(loop.core, host: host, port: port) { result in
        switch result {
        case .success(let found): self.tryAll(found)
        case .failure(let error): self.end(throwing: error)
        }
      }
    }
  }

  private func startTimer(_ timeout: Duration) {
    let core = loop.core
    let timer = LoopTimer(deadline: core.now.advanced(by: timeout), core: core) {
      self.end(
        throwing: EventLoopError(
          .timedOut, "connecting to \(self.address): no answer in \(timeout)"))
    }
    timer.abandon = { self.end(throwing: EventLoopError.loopStopped) }
    self.timer = timer
    core.schedule(timer)
  }

  private func tryAll(_ found: [RawAddress]) {
    candidates = found[...]
    tryNext()
  }

  private func tryNext() {
    guard !isOver else { return }
    guard let raw = candidates.popFirst() else { return end(throwing: lastError) }
    do {
      let stream = try TCPStream(loop: loop)
      attempt = stream
      try stream.startConnecting(to: raw) { self.didTry(raw, $0) }
    } catch {
      lastError = error
      attempt?.close()
      tryNext()
    }
  }

  private func didTry(_ raw: RawAddress, _ status: CInt) {
    guard !isOver else { return }
    guard status != 0 else { return succeed() }
    if raw.family == AF_UNIX, status == UV_EAGAIN.rawValue { return tryAgain(raw) }
    lastError = EventLoopError(status: status, "connecting to \(address)")
    attempt?.close()
    tryNext()
  }

  /// The backlog of a unix socket is full: asks again while there is time, as TCP does by itself.
  private func tryAgain(_ raw: RawAddress) {
    attempt?.close()
    attempt = nil
    candidates = [raw]
    loop.schedule(after: .milliseconds(10)) { self.tryNext() }
  }

  private func succeed() {
    guard let stream = attempt else { return }
    attempt = nil
    stream.setNoDelay(true)
    let waiting = finish()
    waiting?.resume(returning: LoopConfined(stream))
  }

  func end(throwing error: any Error) {
    guard !isOver else { return }
    finish()?.resume(throwing: error)
  }

  private func finish() -> CheckedContinuation<LoopConfined<TCPStream>, any Error>? {
    isOver = true
    timer?.cancel()
    timer = nil
    attempt?.close()
    attempt = nil
    defer { continuation = nil }
    return continuation
  }
}

/// What `uv_connect_t.data` points to while connecting.
private final class ConnectRequest {
  let done: (CInt) -> Void
  init(_ done: @escaping (CInt) -> Void) { self.done = done }
}

extension TCPStream {
  /// Starts connecting; `done` gets libuv's status, also ECANCELED when closed meanwhile.
  fileprivate func startConnecting(
    to raw: RawAddress, _ done: @escaping (CInt) -> Void
  ) throws(EventLoopError) {
    if raw.family == AF_UNIX { return try connectUnix(raw, done) }
    let request = unsafe loop.core.allocateHandle(uv_connect_t.self)
    let box = unsafe Unmanaged.passRetained(ConnectRequest(done))
    unsafe request.pointee.data = unsafe box.toOpaque()
    let status = unsafe raw.withPointer {
      unsafe uv_tcp_connect(request, handle, $0, connectDidEnd)
    }
    guard status == 0 else {
      unsafe box.release()
      unsafe free(request)
      throw EventLoopError(status: status, "connecting to \(raw.address)")
    }
  }

  /// A unix connect answers at once, so it is made by hand and the handle stays a `uv_tcp_t`. A
  /// blocking one would wait for room in a full backlog, and the whole loop with it.
  private func connectUnix(
    _ raw: RawAddress, _ done: @escaping (CInt) -> Void
  ) throws(EventLoopError) {
    let fd = socket(AF_UNIX, ListeningSocket.kind, 0)
    guard fd >= 0 else { throw EventLoopError(errno: errno, "making a unix socket") }
    guard unsafe raw.withPointer({ unsafe Glibc.connect(fd, $0, raw.length) }) == 0 else {
      let code = errno
      Glibc.close(fd)
      return done(-code)
    }
    unsafe done(uv_tcp_open(handle, fd))
  }
}

private func connectDidEnd(_ request: UnsafeMutablePointer<uv_connect_t>?, _ status: CInt) {
  let box = unsafe Unmanaged<ConnectRequest>.fromOpaque(request!.pointee.data).takeRetainedValue()
  unsafe free(request)
  box.done(status)
}
