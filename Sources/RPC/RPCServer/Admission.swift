internal import Synchronization

/// Counts open connections, in all and by address, over all loops.
///
/// The lock is taken when a connection opens and when it closes, never between.
final class Admission: Sendable {
  /// One admitted connection; give it back by `release`.
  struct Ticket: Sendable {
    fileprivate let host: String
  }

  private struct State {
    var total = 0
    var byHost: [String: Int] = [:]
  }

  private let limit: Int
  private let limitPerHost: Int
  private let state = Mutex(State())

  init(_ limits: ServerLimits) {
    limit = limits.connections
    limitPerHost = limits.connectionsPerAddress
  }

  /// A ticket, or `nil` when a limit is reached. Unix sockets (`host` empty) count in the total.
  func admit(host: String) -> Ticket? {
    state.withLock { state in
      guard state.total < limit else { return nil }
      if !host.isEmpty {
        guard state.byHost[host, default: 0] < limitPerHost else { return nil }
        state.byHost[host, default: 0] += 1
      }
      state.total += 1
      return Ticket(host: host)
    }
  }

  func release(_ ticket: Ticket) {
    state.withLock { state in
      state.total -= 1
      guard !ticket.host.isEmpty, let count = state.byHost[ticket.host] else { return }
      state.byHost[ticket.host] = count == 1 ? nil : count - 1
    }
  }
}
