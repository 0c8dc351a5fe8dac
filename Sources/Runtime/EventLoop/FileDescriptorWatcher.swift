internal import CUV
internal import Glibc

/// What a descriptor is ready for, or is watched for.
public struct Readiness: OptionSet, Sendable, Hashable {
  /// The bits of libuv.
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Reading would not block; also set at end of file and after an error.
  public static let readable = Readiness(rawValue: 1)
  /// Writing would not block; also set after an error.
  public static let writable = Readiness(rawValue: 2)
}

/// Tells when a descriptor somebody else owns is ready; for libraries that do their own I/O.
///
/// Loop-confined; kept alive by its loop until `close()`. One watcher per descriptor and loop. Close
/// it before the descriptor is closed.
@safe public final class FileDescriptorWatcher: LoopResident {
  private let core: LoopCore
  private let handle: UnsafeMutablePointer<uv_poll_t>
  private var onReady: ((Readiness) -> Void)?
  private var isClosed = false
  private var interest: Readiness = []

  /// Watches nothing yet; see `watch`. Makes `fd` non-blocking. On the loop only.
  public init(
    _ loop: EventLoop, fd: CInt, onReady: @escaping (Readiness) -> Void
  ) throws(EventLoopError) {
    core = loop.core
    self.onReady = onReady
    guard !core.isStopping else { throw .loopStopped }
    unsafe handle = unsafe core.allocateHandle(uv_poll_t.self)
    let status = unsafe uv_poll_init(core.uv, handle, fd)
    guard status == 0 else {
      unsafe free(handle)
      throw EventLoopError(status: status, "watching descriptor \(fd)")
    }
    unsafe core.adopt(handle, self)
  }

  /// Watches for `interest` from now on, level-triggered; for nothing when it is empty.
  public func watch(_ interest: Readiness) {
    guard !isClosed, interest != self.interest else { return }
    self.interest = interest
    guard !interest.isEmpty else {
      unsafe uv_poll_stop(handle)
      return
    }
    unsafe uv_poll_start(handle, CInt(interest.rawValue)) { handle, status, events in
      let watcher = unsafe Unmanaged<FileDescriptorWatcher>.fromOpaque(handle!.pointee.data)
      unsafe watcher.takeUnretainedValue().fire(status, events)
    }
  }

  /// A failed descriptor is ready for everything: the library finds the error when it tries.
  private func fire(_ status: CInt, _ events: CInt) {
    if status < 0 { interest = [] }  // libuv has stopped the handle
    onReady?(status < 0 ? [.readable, .writable] : Readiness(rawValue: Int(events) & 3))
  }

  /// Watches no more. The descriptor stays open. Idempotent.
  public func close() {
    guard !isClosed else { return }
    isClosed = true
    onReady = nil
    unsafe core.close(handle)
  }

  func loopIsStopping() { close() }
  func handleDidClose() {}
}
