/// Where a transaction stands, as its client sees it.
///
/// fresh → open → ended. A failed statement moves it to failed, from which only a rollback (to a
/// savepoint, or of everything) leads out. BEGIN travels with the first statement, so a fresh
/// transaction has sent nothing.
struct TransactionMachine {
  enum State: Equatable { case fresh, open, failed, ended }

  enum OnStatement: Equatable {
    /// Put BEGIN and the local settings in front, in the same batch.
    case begin
    case send
    case refuse(failed: Bool)
  }

  enum OnFinish: Equatable { case nothing, commit, rollback }

  private(set) var state = State.fresh

  mutating func statement() -> OnStatement {
    switch state {
    case .fresh:
      state = .open
      return .begin
    case .open: return .send
    case .failed: return .refuse(failed: true)
    case .ended: return .refuse(failed: false)
    }
  }

  mutating func statementFailed() {
    if state == .open { state = .failed }
  }

  mutating func rolledBackToSavepoint() {
    if state == .failed { state = .open }
  }

  mutating func finish(committing: Bool) -> OnFinish {
    defer { state = .ended }
    switch state {
    case .fresh, .ended: return .nothing
    case .open: return committing ? .commit : .rollback
    case .failed: return .rollback
    }
  }
}
