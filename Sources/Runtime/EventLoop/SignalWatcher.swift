internal import CUV
internal import Glibc

/// Calls a handler on the loop whenever the process gets a signal, instead of the default action.
///
/// Loop-confined; kept alive by its loop until `close()`.
@safe public final class SignalWatcher: LoopResident {
  private let core: LoopCore
  private let handle: UnsafeMutablePointer<uv_signal_t>
  private var handler: (() -> Void)?
  private var isClosed = false

  /// Starts watching `signal`, such as `SIGTERM`. On the loop only.
  public init(
    _ loop: EventLoop, signal: CInt, handler: @escaping () -> Void
  ) throws(EventLoopError) {
    core = loop.core
    self.handler = handler
    guard !core.isStopping else { throw .loopStopped }
    unsafe handle = unsafe core.allocateHandle(uv_signal_t.self)
    unsafe uv_signal_init(core.uv, handle)
    unsafe core.adopt(handle, self)
    let status = unsafe uv_signal_start(
      handle,
      { handle, _ in
        let watcher = unsafe Unmanaged<SignalWatcher>.fromOpaque(handle!.pointee.data)
        unsafe watcher.takeUnretainedValue().handler?()
      }, signal)
    guard status == 0 else {
      close()
      throw EventLoopError(status: status, "watching signal \(signal)")
    }
  }

  /// Gives the signal back to whoever had it before. Idempotent.
  public func close() {
    guard !isClosed else { return }
    isClosed = true
    handler = nil
    unsafe core.close(handle)
  }

  func loopIsStopping() { close() }
  func handleDidClose() {}
}
