internal import EventLoop
internal import RPCCore

/// How far the end of a channel has come, and who waits for it.
struct Closing {
  /// No new calls.
  var hasBegun = false
  /// No calls at all.
  var isOver = false
  var waiters: [CheckedContinuation<Void, Never>] = []
}

extension Router {
  /// Takes no more calls; `waiter` is resumed when all connections are closed.
  func close(_ waiter: CheckedContinuation<Void, Never>) {
    closing.hasBegun = true
    closing.waiters.append(waiter)
    idleTimer?.cancel()
    watchers.fail(.channelClosed)
    settle()
  }

  /// Closes all connections; whoever still had calls has ended them.
  func shutDown() {
    guard !closing.isOver else { return }
    closing.isOver = true
    becomeIdle()
    for connection in connections { connection.shutDown() }
    settle()
  }

  /// Moves a closing channel on when nothing is left to wait for.
  func settle() {
    guard closing.hasBegun else { return }
    if liveCalls == 0 { shutDown() }
    guard closing.isOver, connections.isEmpty else { return }
    let waiters = closing.waiters
    closing.waiters = []
    for waiter in waiters { waiter.resume() }
  }
}

extension RPCError {
  /// What calls of a closed channel end with.
  static let channelClosed = RPCError(.unavailable, "the channel is closed")
}
