internal import EventLoop
internal import RPCCore
internal import Synchronization

/// The handle a caller holds of one call. All state is the call's own, on the channel's loop.
final class Call: ClientCall {
  private let core: ChannelCore
  private let state: CallReference
  private let parent = Mutex<CancellationWatch?>(nil)

  init(core: ChannelCore, _ state: CallReference) {
    self.core = core
    self.state = state
  }

  /// Ends this call when the one ends for which it is made.
  func follow(_ context: RPCContext) {
    let watch = context.whenCancelled { [weak self] in self?.cancel() }
    parent.withLock { $0 = watch }
  }

  var trailers: Metadata { state.call.trailers.withLock { $0 } }

  var lastResponseWasCompressed: Bool { state.call.wasCompressed.load(ordering: .relaxed) }

  func send(_ message: [UInt8]) async throws { try await send(message, compressed: nil) }

  func send(_ message: [UInt8], compressed: Bool) async throws {
    try await send(message, compressed: compressed as Bool?)
  }

  private func send(_ message: [UInt8], compressed: Bool?) async throws {
    try await withTaskCancellationHandler {
      try await core.send(state, message, compressed: compressed)
    } onCancel: {
      cancel()
    }
  }

  func finishSending() async throws {
    try await core.finishSending(state)
  }

  func receive() async throws -> [UInt8]? {
    try await withTaskCancellationHandler {
      try await core.receive(state)
    } onCancel: {
      cancel()
    }
  }

  func headers() async throws -> Metadata {
    await withTaskCancellationHandler {
      await core.headers(state)
    } onCancel: {
      cancel()
    }
  }

  func cancel() {
    let (core, state) = (core, state)
    core.loop.execute { core.assumeIsolated { $0.cancel(state) } }
  }

  /// Nobody can ask for the outcome any more: the server may stop, and the state may go.
  deinit {
    let (core, state) = (core, state)
    core.loop.execute { core.assumeIsolated { $0.forget(state) } }
  }
}

/// A call's state in the hands of whoever is not on its loop, who may look at its trailers and
/// the flag of its last message only.
struct CallReference: @unchecked Sendable {  // `call` is used on the loop only
  let call: CallState

  init(_ call: CallState) { self.call = call }
}
