internal import EventLoop
internal import RPCCore
internal import Synchronization

/// The handle a caller holds of one call. All state is in the channel's core, on its loop.
final class Call: ClientCall {
  private let core: ChannelCore
  private let id: UInt64
  private let ended = Mutex(Metadata())
  private let wasCompressed = Atomic(false)

  init(core: ChannelCore, id: UInt64) {
    self.core = core
    self.id = id
  }

  var trailers: Metadata { ended.withLock { $0 } }

  /// Makes the trailers known before the end is told to anybody who waits for it.
  func publish(trailers: Metadata) {
    ended.withLock { $0 = trailers }
  }

  /// Makes known how the message came that is given to the receiver next.
  func publish(compressed: Bool) { wasCompressed.store(compressed, ordering: .relaxed) }

  var lastResponseWasCompressed: Bool { wasCompressed.load(ordering: .relaxed) }

  func send(_ message: [UInt8]) async throws { try await send(message, compressed: nil) }

  func send(_ message: [UInt8], compressed: Bool) async throws {
    try await send(message, compressed: compressed as Bool?)
  }

  private func send(_ message: [UInt8], compressed: Bool?) async throws {
    try await withTaskCancellationHandler {
      try await core.send(id, message, compressed: compressed)
    } onCancel: {
      cancel()
    }
  }

  func finishSending() async throws {
    try await core.finishSending(id)
  }

  func receive() async throws -> [UInt8]? {
    try await withTaskCancellationHandler {
      try await core.receive(id)
    } onCancel: {
      cancel()
    }
  }

  func headers() async throws -> Metadata {
    try await withTaskCancellationHandler {
      try await core.headers(id)
    } onCancel: {
      cancel()
    }
  }

  func cancel() {
    let core = core
    let id = id
    core.loop.execute { core.assumeIsolated { $0.cancel(id) } }
  }

  /// Nobody can ask for the outcome any more: the server may stop, and the state may go.
  deinit {
    let core = core
    let id = id
    core.loop.execute { core.assumeIsolated { $0.forget(id) } }
  }
}
