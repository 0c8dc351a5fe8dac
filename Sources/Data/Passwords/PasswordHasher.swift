internal import EventLoop
internal import Synchronization

/// Hashes passwords off the loops, a few at a time, so that a flood of logins can take neither the
/// processor nor the memory. Any task.
package final class PasswordHasher: Sendable {
  private struct State {
    var machine: SlotMachine
    var waiting: [UInt64: CheckedContinuation<Void, any Error>] = [:]
    var next: UInt64 = 0
  }

  private let argon2: Argon2id
  private let unmatchable: String
  private let state: Mutex<State>

  /// At most `slots` hashes run at once, one per core; `limit` more may wait.
  package init(slots: Int, limit: Int = 64, parameters: Argon2id.Parameters = .owasp) {
    argon2 = Argon2id(parameters)
    unmatchable = argon2.unmatchable()
    state = Mutex(State(machine: SlotMachine(slots: slots, limit: limit)))
  }

  /// A new hash of `password`. Throws `overloaded` when too many wait.
  package func hash(_ password: String) async throws -> String {
    let argon2 = argon2
    return try await inTurn { try argon2.hash(Array(password.utf8)) }
  }

  /// Whether `hash` is of `password`. Without a hash it is not, at the same cost.
  package func verify(_ password: String, against hash: String?) async throws -> Bool {
    let argon2 = argon2
    let stored = hash ?? unmatchable
    return try await inTurn { try argon2.verify(Array(password.utf8), against: stored) }
  }

  /// Whether `hash` was made at another cost than today's and should be made anew.
  package func isOutdated(_ hash: String) -> Bool { argon2.isOutdated(hash) }

  private func inTurn<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await takeSlot()
    defer { giveSlot() }
    return try await blocking(work)
  }

  /// How many wait for their turn.
  var waitingCount: Int { state.withLock { $0.waiting.count } }

  /// Returns when it is the caller's turn, who must give the slot back.
  func takeSlot() async throws {
    let id = state.withLock { state in
      state.next += 1
      return state.next
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let answer: Result<Void, any Error>? = state.withLock { state in
          if Task.isCancelled { return .failure(CancellationError()) }
          switch state.machine.arrive(id) {
          case .run: return .success(())
          case .refuse: return .failure(PasswordError(.overloaded, "too many passwords to check"))
          case .wait:
            state.waiting[id] = continuation
            return nil
          }
        }
        if let answer { continuation.resume(with: answer) }
      }
    } onCancel: {
      let left = state.withLock { state in
        state.machine.leave(id) ? state.waiting.removeValue(forKey: id) : nil
      }
      left?.resume(throwing: CancellationError())
    }
  }

  func giveSlot() {
    let next = state.withLock { state in
      state.machine.finish().flatMap { state.waiting.removeValue(forKey: $0) }
    }
    next?.resume()
  }
}
