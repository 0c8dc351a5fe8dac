internal import CUV
internal import Glibc

/// One connected stream socket, TCP or unix. Loop-confined: used on its loop's thread only.
///
/// Set the callbacks, then `start()`. The loop keeps the stream alive until `close()`; dropping the
/// last reference does not close it. Peers that vanish are errors handed to `onEnd`, never traps.
@safe public final class TCPStream: LoopResident {
  /// The loop it lives on.
  public let loop: EventLoop
  /// Gets what was read. The bytes are in memory shared by the loop: copy what must outlive the call.
  public var onRead: ((UnsafeRawBufferPointer) -> Void)?
  /// Called after `onRead`, once the loop has run the jobs that it caused: the place to write what
  /// they gathered, as what they touched is still in the cache.
  public var onSettled: (() -> Void)?
  /// Called with nil at the peer's clean end, once: writing still works, and `close()` is due. Called with
  /// an error, behind a clean end as well, when the stream cannot be used any more and has closed itself.
  /// Never called after one's own `close()`, and never from inside `write`.
  public var onEnd: ((EventLoopError?) -> Void)?
  /// Called when `pendingWriteBytes` returns to 0 after having been more.
  public var onDrain: (() -> Void)?

  let handle: UnsafeMutablePointer<uv_tcp_t>
  private let core: LoopCore
  @safe @exclusivity(unchecked) private var backlog = WriteBacklog()
  @safe @exclusivity(unchecked) private var sending = WriteBacklog()
  private var request: UnsafeMutablePointer<uv_write_t>?
  private var isReading = false
  private var hasEnded = false
  private var isFailing = false
  private var isWriteShut = false
  private var closesWhenDrained = false
  /// Whether `close()` was called or an error closed it.
  public private(set) var isClosed = false

  /// A stream without a socket yet.
  init(loop: EventLoop) throws(EventLoopError) {
    self.loop = loop
    core = loop.core
    guard !core.isStopping else { throw .loopStopped }
    unsafe handle = unsafe core.allocateHandle(uv_tcp_t.self)
    unsafe uv_tcp_init(core.uv, handle)
    unsafe core.adopt(handle, self)
  }

  /// Takes over a connected stream socket, which it owns from then on. On the loop only.
  public convenience init(loop: EventLoop, adopting fd: CInt) throws(EventLoopError) {
    try self.init(loop: loop)
    let status = unsafe uv_tcp_open(handle, fd)
    guard status == 0 else {
      close()
      throw EventLoopError(status: status, "adopting a socket")
    }
  }

  var stream: UnsafeMutablePointer<uv_stream_t> {
    unsafe UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self)
  }

  /// Bytes accepted by `write` that the kernel has not taken yet.
  public var pendingWriteBytes: Int { backlog.count + sending.count }

  /// Bytes the kernel has not taken yet, also in the middle of a large write: falls with each bit of
  /// progress, where `pendingWriteBytes` falls when a write is done.
  public var unsentBytes: Int {
    isClosed ? 0 : unsafe backlog.count + uv_stream_get_write_queue_size(stream)
  }

  /// The other end, nil when it is gone.
  public var peerAddress: SocketAddress? { unsafe address(uv_tcp_getpeername) }

  /// This end.
  public var localAddress: SocketAddress? { unsafe address(uv_tcp_getsockname) }

  private func address(
    _ get: (UnsafePointer<uv_tcp_t>?, UnsafeMutablePointer<sockaddr>?, UnsafeMutablePointer<CInt>?)
      -> CInt
  ) -> SocketAddress? {
    guard !isClosed else { return nil }
    var status: CInt = 0
    let raw = unsafe RawAddress { status = unsafe get(handle, $0, &$1) }
    return status == 0 ? raw.address : nil
  }

  /// Whether small writes leave at once; they do unless this says otherwise. No effect on unix sockets.
  public func setNoDelay(_ enabled: Bool) {
    guard !isClosed else { return }
    unsafe uv_tcp_nodelay(handle, enabled ? 1 : 0)
  }

  /// How long what was sent may stay unacknowledged before the connection counts as broken; without
  /// it the system tries for a quarter of an hour. No effect on unix sockets.
  public func setUserTimeout(_ timeout: Duration) {
    guard !isClosed else { return }
    var fd: uv_os_fd_t = -1
    let base = unsafe UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)
    guard unsafe uv_fileno(base, &fd) == 0 else { return }
    var milliseconds = CUnsignedInt(clamping: timeout.inNanoseconds / 1_000_000)
    unsafe setsockopt(
      fd, CInt(IPPROTO_TCP), TCP_USER_TIMEOUT, &milliseconds,
      socklen_t(MemoryLayout<CUnsignedInt>.size))
  }

  /// Begins reading; call once the callbacks are set.
  public func start() { resumeReading() }

  /// Stops calling `onRead` until `resumeReading()`; the kernel's window then holds the peer back.
  public func pauseReading() {
    guard isReading else { return }
    isReading = false
    unsafe uv_read_stop(stream)
  }

  /// Reads again. Does nothing once the stream has ended.
  public func resumeReading() {
    guard !isReading, !hasEnded, !isFailing, !isClosed else { return }
    let status = unsafe uv_read_start(stream, lendReadBuffer, streamDidRead)
    if status == 0 { isReading = true } else { fail(status) }
  }

  fileprivate func didRead(_ count: Int, _ base: UnsafePointer<CChar>?) {
    if count > 0 {
      unsafe onRead?(UnsafeRawBufferPointer(start: base, count: count))
    } else if count == Int(UV_EOF.rawValue) {
      pauseReading()
      end()
    } else if count < 0 {
      fail(CInt(count))
    }
  }

  fileprivate func didSettle() { onSettled?() }

  /// Sends `bytes` after everything written before: what the kernel takes at once goes without a
  /// copy, the rest is queued without bound; watch `pendingWriteBytes`. Ignored after `close()`,
  /// `shutdownWrite()` or a failure.
  public func write(_ bytes: UnsafeRawBufferPointer) {
    guard !isClosed, !isWriteShut, !isFailing, bytes.count > 0 else { return }
    var taken = 0
    if pendingWriteBytes == 0 {
      let status = unsafe tryWrite(bytes)
      guard status >= 0 || status == UV_EAGAIN.rawValue else { return fail(status) }
      taken = max(0, Int(status))
    }
    guard taken < bytes.count else { return }
    unsafe backlog.append(UnsafeRawBufferPointer(rebasing: bytes[taken...]))
    if sending.count == 0 { sendBacklog() }
  }

  /// Sends `bytes`; see the other `write`.
  public func write(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { unsafe write($0) }
  }

  private func tryWrite(_ bytes: UnsafeRawBufferPointer) -> CInt {
    let base = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress!)
    // One call takes at most 2 GiB - 4 KiB of it, and says so; the rest is queued.
    var buffer = unsafe uv_buf_t(base: base.assumingMemoryBound(to: CChar.self), len: bytes.count)
    return unsafe uv_try_write(stream, &buffer, 1)
  }

  private func sendBacklog() {
    swap(&backlog, &sending)
    let bytes = unsafe sending.bytes
    var buffer = unsafe uv_buf_t(
      base: bytes.baseAddress!.assumingMemoryBound(to: CChar.self), len: bytes.count)
    let request = unsafe request ?? core.allocateHandle(uv_write_t.self)
    unsafe self.request = unsafe request
    let status = unsafe uv_write(request, stream, &buffer, 1, streamDidWrite)
    if status < 0 {
      sending.removeAll()
      fail(status)
    }
  }

  fileprivate func didWrite(_ status: CInt) {
    sending.removeAll()
    guard !isClosed else { return }
    if status < 0 { return fail(status) }
    if backlog.count > 0 { return sendBacklog() }
    if isWriteShut { sendShutdown() }
    if closesWhenDrained { return close() }
    onDrain?()
  }

  /// Tells the peer that nothing more comes, once everything written has gone. Reading goes on.
  public func shutdownWrite() {
    guard !isClosed, !isWriteShut, !isFailing else { return }
    isWriteShut = true
    if pendingWriteBytes == 0 { sendShutdown() }
  }

  /// libuv's own shutdown would wait for a queue that is ours and empty here; this cannot block.
  private func sendShutdown() {
    var fd: uv_os_fd_t = -1
    let base = unsafe UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)
    if unsafe uv_fileno(base, &fd) == 0 { Glibc.shutdown(fd, CInt(SHUT_WR)) }
  }

  private func end() {
    guard !hasEnded else { return }
    hasEnded = true
    onEnd?(nil)
  }

  /// Reports a failure once this call stack is done, and closes.
  private func fail(_ status: CInt) {
    guard !isFailing, !isClosed else { return }
    isFailing = true
    pauseReading()
    let stream = LoopConfined(self)
    core.add(
      .work { stream.value.finish(EventLoopError(status: status, "using a connection")) })
  }

  private func finish(_ error: EventLoopError) {
    guard !isClosed else { return }
    hasEnded = true
    onEnd?(error)
    close()
  }

  /// Closes at once; what is still pending is dropped. No callback comes any more. Idempotent.
  public func close() {
    guard !isClosed else { return }
    isClosed = true
    isReading = false
    unsafe onRead = nil
    onSettled = nil
    onEnd = nil
    onDrain = nil
    unsafe core.close(handle)
  }

  /// Closes when everything written has gone to the kernel. The owner bounds how long that may take.
  public func closeAfterWriting() {
    guard !isClosed else { return }
    isWriteShut = true
    if pendingWriteBytes == 0 { close() } else { closesWhenDrained = true }
  }

  func loopIsStopping() { finish(.loopStopped) }

  func handleDidClose() {
    backlog.deallocate()
    sending.deallocate()
    unsafe free(request)
    unsafe request = nil
  }
}

private func owner<T>(_ handle: UnsafeMutablePointer<T>, _ data: UnsafeMutableRawPointer?)
  -> TCPStream
{
  unsafe Unmanaged<TCPStream>.fromOpaque(data!).takeUnretainedValue()
}

private func lendReadBuffer(
  _ handle: UnsafeMutablePointer<uv_handle_t>?, _ size: Int, _ out: UnsafeMutablePointer<uv_buf_t>?
) {
  let memory = unsafe LoopCore.of(handle!.pointee.loop).readBuffer
  unsafe out!.pointee = unsafe uv_buf_t(
    base: memory.baseAddress!.assumingMemoryBound(to: CChar.self), len: memory.count)
}

private func streamDidRead(
  _ stream: UnsafeMutablePointer<uv_stream_t>?, _ count: Int, _ buffer: UnsafePointer<uv_buf_t>?
) {
  let core = unsafe LoopCore.of(stream!.pointee.loop)
  let owner = unsafe owner(stream!, stream!.pointee.data)
  unsafe owner.didRead(count, buffer!.pointee.base)
  // What these bytes have caused runs while its memory is still in the cache, before the next
  // stream is read.
  core.drain()
  owner.didSettle()
}

private func streamDidWrite(_ request: UnsafeMutablePointer<uv_write_t>?, _ status: CInt) {
  let stream = unsafe request!.pointee.handle!
  unsafe owner(stream, stream.pointee.data).didWrite(status)
}
