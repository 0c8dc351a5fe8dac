internal import RPCCore

/// Who waits for a channel's state to change, or for it to be connected.
struct StateWatchers {
  private var told = ConnectivityState.idle
  private var changes: [UInt64: CheckedContinuation<ConnectivityState, any Error>] = [:]
  private var connects: [CheckedContinuation<Void, any Error>] = []

  /// Resumes `waiter` when the state is another one than `known`.
  mutating func wait(
    _ id: UInt64, from known: ConnectivityState, now: ConnectivityState,
    _ waiter: CheckedContinuation<ConnectivityState, any Error>
  ) {
    if known == now { changes[id] = waiter } else { waiter.resume(returning: now) }
  }

  mutating func cancel(_ id: UInt64) {
    changes.removeValue(forKey: id)?.resume(throwing: CancellationError())
  }

  mutating func waitForConnection(_ waiter: CheckedContinuation<Void, any Error>) {
    connects.append(waiter)
  }

  /// The state may have changed.
  mutating func tell(_ state: ConnectivityState) {
    if state == .ready {
      for waiter in connects { waiter.resume() }
      connects = []
    }
    guard state != told else { return }
    told = state
    for waiter in changes.values { waiter.resume(returning: state) }
    changes = [:]
  }

  /// An attempt to connect has failed, and left the channel in `state`.
  mutating func connectionFailed(_ error: RPCError, _ state: ConnectivityState) {
    if state == .transientFailure { fail(error) }
  }

  /// Nobody who waits for a connection gets one.
  mutating func fail(_ error: RPCError) {
    for waiter in connects { waiter.resume(throwing: error) }
    connects = []
  }
}
