internal import EventLoop
internal import Synchronization

/// Counts open connections, in all and by address, and the abuse of each address, over all loops.
///
/// The lock is taken when a connection opens, is cut for abuse, and closes, never between.
final class Admission: Sendable {
  /// One admitted connection; give it back by `release`.
  struct Ticket: Sendable {
    fileprivate let host: String
  }

  /// A connection that is not let in.
  struct Refusal: Error {
    let reason: RefusalReason
  }

  private struct Strikes {
    var left: Double
    var at: LoopInstant
  }

  private struct State {
    var total = 0
    var byHost: [String: Int] = [:]
    /// Of addresses with abuse to their name; one with its whole allowance is forgotten.
    var strikes: [String: Strikes] = [:]
    /// When the full table was last searched for addresses to forget.
    var swept: LoopInstant?
  }

  private let limit: Int
  private let limitPerHost: Int
  private let abuses: ServerLimits.Rate
  private let state = Mutex(State())

  /// More addresses than this with abuse to their name are not remembered.
  private static let remembered = 10_000

  init(_ limits: ServerLimits) {
    limit = limits.connections
    limitPerHost = limits.connectionsPerAddress
    abuses = limits.abusesPerAddress
  }

  /// A ticket, or which limit is reached. Unix sockets (`host` empty) count in the total only.
  func admit(host: String, at now: LoopInstant) -> Result<Ticket, Refusal> {
    state.withLock { state in
      guard state.total < limit else { return .failure(Refusal(reason: .connections)) }
      if !host.isEmpty {
        guard state.byHost[host, default: 0] < limitPerHost else {
          return .failure(Refusal(reason: .connectionsPerAddress))
        }
        guard allowance(&state, host, now) >= 1 else {
          return .failure(Refusal(reason: .addressAbuse))
        }
        state.byHost[host, default: 0] += 1
      }
      state.total += 1
      return .success(Ticket(host: host))
    }
  }

  /// The connection was cut for abuse.
  func strike(_ ticket: Ticket, at now: LoopInstant) {
    guard !ticket.host.isEmpty else { return }
    state.withLock { state in
      let left = allowance(&state, ticket.host, now)
      if state.strikes[ticket.host] == nil, !hasRoom(&state, now) { return }
      state.strikes[ticket.host] = Strikes(left: max(0, left - 1), at: now)
    }
  }

  /// Whether one more address can be remembered. A full table forgets those that have recovered,
  /// but once a second at most: all loops wait while it is searched.
  private func hasRoom(_ state: inout State, _ now: LoopInstant) -> Bool {
    if state.strikes.count < Self.remembered { return true }
    if let swept = state.swept, swept.duration(to: now) < .seconds(1) { return false }
    state.swept = now
    state.strikes = state.strikes.filter { left(of: $0.value, now) < Double(abuses.burst) }
    return state.strikes.count < Self.remembered
  }

  /// What `make` makes of the connection that `ticket` lets in; the ticket is given back when it
  /// throws.
  func spend<Made>(_ ticket: Ticket, on make: (Ticket) throws -> Made) throws -> Made {
    do {
      return try make(ticket)
    } catch {
      release(ticket)
      throw error
    }
  }

  func release(_ ticket: Ticket) {
    state.withLock { state in
      state.total -= 1
      guard !ticket.host.isEmpty, let count = state.byHost[ticket.host] else { return }
      state.byHost[ticket.host] = count == 1 ? nil : count - 1
    }
  }

  private func allowance(_ state: inout State, _ host: String, _ now: LoopInstant) -> Double {
    let whole = Double(abuses.burst)
    guard let strikes = state.strikes[host] else { return whole }
    let left = left(of: strikes, now)
    guard left < whole else {
      state.strikes[host] = nil
      return whole
    }
    return left
  }

  /// What strikes leave by now; the whole allowance, or more, once the address has recovered.
  private func left(of strikes: Strikes, _ now: LoopInstant) -> Double {
    let earned = strikes.at.duration(to: now) / .seconds(1)
    return strikes.left + earned * Double(abuses.perSecond)
  }
}
