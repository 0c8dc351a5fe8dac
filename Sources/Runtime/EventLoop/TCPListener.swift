internal import CUV
internal import Glibc

/// A socket that accepts streams. Loop-confined; kept alive by its loop until `close()`.
@safe public final class TCPListener: LoopResident {
  /// Where it listens, with the port the system chose if 0 was asked for.
  public let boundAddress: SocketAddress
  private let loop: EventLoop
  private let core: LoopCore
  private let handle: UnsafeMutablePointer<uv_tcp_t>
  private var onAccept: ((sending TCPStream) -> Void)?
  private var isClosed = false

  private static let backlog: CInt = 4096

  /// Listens at `address`. Streams arrive unstarted, on `loop`, with no delay set.
  ///
  /// With `reusePort` several loops listen at one port and the kernel spreads connections over
  /// them. A stale unix socket nobody answers at is replaced. On the loop only.
  public static func bind(
    _ loop: EventLoop, _ address: SocketAddress, reusePort: Bool = false,
    onAccept: @escaping (sending TCPStream) -> Void
  ) throws(EventLoopError) -> TCPListener {
    guard !loop.core.isStopping else { throw .loopStopped }
    let fd = try ListeningSocket.open(address, reusePort: reusePort)
    return try TCPListener(loop, fd: fd, onAccept)
  }

  /// Throws `addressInUse` where somebody listens, also another process of this user whose listeners have
  /// `reusePort`: to them `bind` would add one more, and the kernel would spread connections over both
  /// processes. For addresses with a port. Any thread.
  package static func ensureFree(_ address: SocketAddress) throws(EventLoopError) {
    Glibc.close(try ListeningSocket.open(address, reusePort: false))
  }

  private init(
    _ loop: EventLoop, fd: CInt, _ onAccept: @escaping (sending TCPStream) -> Void
  ) throws(EventLoopError) {
    self.loop = loop
    core = loop.core
    self.onAccept = onAccept
    boundAddress = RawAddress(socket: fd).address
    unsafe handle = unsafe core.allocateHandle(uv_tcp_t.self)
    unsafe uv_tcp_init(core.uv, handle)
    unsafe core.adopt(handle, self)
    unsafe uv_tcp_open(handle, fd)
    let status = unsafe uv_listen(stream, Self.backlog) { server, status in
      let listener = unsafe Unmanaged<TCPListener>.fromOpaque(server!.pointee.data)
        .takeUnretainedValue()
      listener.accept(status)
    }
    guard status == 0 else {
      let error = EventLoopError(status: status, "listening at \(boundAddress)")
      close()
      throw error
    }
  }

  private var stream: UnsafeMutablePointer<uv_stream_t> {
    unsafe UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self)
  }

  /// A failed accept (descriptors used up, a peer already gone) costs that connection only.
  private func accept(_ status: CInt) {
    guard status == 0, let client = try? TCPStream(loop: loop) else { return }
    guard unsafe uv_accept(stream, client.stream) == 0 else { return client.close() }
    client.setNoDelay(true)
    let bound = LoopConfined(client)
    onAccept?(bound.value)
  }

  /// Accepts no more; streams already accepted go on. Removes a unix socket's file. Idempotent.
  public func close() {
    guard !isClosed else { return }
    isClosed = true
    onAccept = nil
    if case .unix(let path) = boundAddress.form { unsafe unlink(path) }
    unsafe core.close(handle)
  }

  func loopIsStopping() { close() }
  func handleDidClose() {}
}

extension RawAddress {
  /// The local address of a socket.
  init(socket fd: CInt) {
    unsafe self.init { address, length in
      var size = socklen_t(length)
      unsafe getsockname(fd, address, &size)
      length = CInt(size)
    }
  }
}

/// Makes sockets by hand, because libuv 1.44 cannot set SO_REUSEPORT before it binds.
enum ListeningSocket {
  /// The kind of every socket that is made by hand, to listen or to connect.
  static let kind =
    CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)

  static func open(_ address: SocketAddress, reusePort: Bool) throws(EventLoopError) -> CInt {
    guard let raw = rawAddress(address) else {
      throw EventLoopError(.nameNotFound, "\(address) is not a numeric address to listen at")
    }
    if case .unix(let path) = address.form { removeStale(path, raw) }
    let fd = socket(raw.family, kind, 0)
    guard fd >= 0 else { throw EventLoopError(errno: errno, "making a socket for \(address)") }
    set(fd, SO_REUSEADDR)
    if reusePort { set(fd, SO_REUSEPORT) }
    guard unsafe raw.withPointer({ unsafe Glibc.bind(fd, $0, raw.length) }) == 0 else {
      let code = errno
      Glibc.close(fd)
      throw EventLoopError(errno: code, "listening at \(address)")
    }
    return fd
  }

  private static func rawAddress(_ address: SocketAddress) -> RawAddress? {
    switch address.form {
    case .internet(let host, let port): RawAddress(numeric: host, port: port)
    case .unix(let path): RawAddress(unixPath: path)
    }
  }

  private static func set(_ fd: CInt, _ option: CInt) {
    var on: CInt = 1
    unsafe setsockopt(fd, SOL_SOCKET, option, &on, socklen_t(MemoryLayout<CInt>.size))
  }

  /// Removes the file of a socket nobody listens at any more, as a crash leaves behind.
  private static func removeStale(_ path: String, _ raw: RawAddress) {
    let probe = socket(AF_UNIX, kind, 0)
    guard probe >= 0 else { return }
    defer { Glibc.close(probe) }
    let status = unsafe raw.withPointer { unsafe Glibc.connect(probe, $0, raw.length) }
    if status != 0, errno == ECONNREFUSED { unsafe unlink(path) }
  }
}
