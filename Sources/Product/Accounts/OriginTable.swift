internal import Domain
package import Postgres
internal import Synchronization
internal import Telemetry

/// The browser origins that merchants allow, kept in memory: a preflight carries no key and must be
/// answered at once.
///
/// It is read at the start and again whenever a merchant changes, in any process. While it cannot be
/// read it stays as it was.
package final class OriginTable: Sendable {
  private struct State {
    var merchants: [String: Set<MerchantID>] = [:]
    var isReading = false
    /// Whether something changed since the reading under way began.
    var isStale = false
    var subscription: Subscription?
  }

  private let pool: PostgresPool
  private let always: Set<String>
  private let state = Mutex(State())

  /// `always` are origins that the operator allows for every merchant.
  package init(pool: PostgresPool, always: Set<String>) {
    self.pool = pool
    self.always = always
  }

  /// Reads the table and follows changes, until the pool is closed.
  package func start() async throws {
    let subscription = try await pool.listen(AccountEvent.channel) { [weak self] payload in
      if let payload, let event = AccountEvent(payload), case .merchant = event {
        self?.readAgain()
      } else if payload == nil {
        self?.readAgain()
      }
    }
    state.withLock { $0.subscription = subscription }
    try await read()
  }

  /// Whether pages of this origin may call at all, for whichever merchant.
  package func allows(_ origin: String) -> Bool {
    always.contains(origin) || state.withLock { $0.merchants[origin] != nil }
  }

  /// Whether pages of this origin may call for `merchant`: not when it is others' alone. An origin
  /// that is on no list got no grant, and a browser shows its pages nothing.
  func allows(_ origin: String, for merchant: MerchantID) -> Bool {
    if always.contains(origin) { return true }
    return state.withLock { $0.merchants[origin]?.contains(merchant) ?? true }
  }

  /// One reading at a time; what changes meanwhile leads to one more.
  private func readAgain() {
    let begins = state.withLock { state in
      state.isStale = true
      defer { state.isReading = true }
      return !state.isReading
    }
    guard begins else { return }
    Task {
      while state.withLock({ Self.takeStale(&$0) }) {
        do {
          try await read()
        } catch {
          Log("accounts").warning("the origins could not be read", ["error": "\(error)"])
        }
      }
    }
  }

  private static func takeStale(_ state: inout State) -> Bool {
    guard state.isStale else {
      state.isReading = false
      return false
    }
    state.isStale = false
    return true
  }

  private func read() async throws {
    let found = try await pool.transaction(tenant: .system, readOnly: true) {
      try await AccountStore.origins($0)
    }
    state.withLock { $0.merchants = found }
  }
}
