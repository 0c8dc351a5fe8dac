/// A connection owned by one transaction, and where that transaction stands.
struct Lease {
  let connection: UInt64
  /// BEGIN and the local settings; they travel with the first statement.
  let preamble: [Query]
  var machine = TransactionMachine()
}

extension PoolShard {
  func beginLease(preamble: [Query]) async throws -> Transaction {
    let connection = try await acquire(.exclusive)
    let id = newID()
    leases[id] = Lease(connection: connection, preamble: preamble)
    return Transaction(shard: self, lease: id)
  }

  func run(_ query: Query, in lease: UInt64, timeout: Duration?) async throws -> QueryResult {
    let (connection, preamble) = try nextStatement(in: lease)
    do {
      return try await submit(preamble + [query], on: connection, timeout: timeout)
    } catch {
      leases[lease]?.machine.statementFailed()
      throw error
    }
  }

  func runScript(_ sql: String, in lease: UInt64, timeout: Duration) async throws {
    let (connection, preamble) = try nextStatement(in: lease)
    do {
      if !preamble.isEmpty { _ = try await submit(preamble, on: connection, timeout: timeout) }
      try await submitScript(sql, on: connection, timeout: timeout)
    } catch {
      leases[lease]?.machine.statementFailed()
      throw error
    }
  }

  /// Does nothing while a cancelled statement still runs: then only all of the transaction can be
  /// rolled back, and its connection need not wait for that statement.
  func rollBackToSavepoint(_ lease: UInt64) async throws {
    guard let connection = leases[lease]?.connection else { throw Self.ended }
    if connections[connection]?.isBusy == true { return }
    _ = try await submit(
      ["ROLLBACK TO SAVEPOINT inner_step"], on: connection, timeout: nil, cancellable: false)
    leases[lease]?.machine.rolledBackToSavepoint()
  }

  /// Commits; a server that answers ROLLBACK instead is an error.
  func commit(_ lease: UInt64) async throws {
    guard var state = leases.removeValue(forKey: lease) else { throw Self.ended }
    switch state.machine.finish(committing: true) {
    case .nothing:
      returnLease(of: state.connection)
    case .commit:
      try await finish(state, with: "COMMIT")
    case .rollback:
      try await finish(state, with: "ROLLBACK")
      throw PostgresError(.transactionFailed, "a statement had failed, so nothing was committed")
    }
  }

  /// Rolls back; never fails, since a connection that cannot roll back is closed, which does: the
  /// server looks for its client each second (`client_connection_check_interval`).
  func rollBack(_ lease: UInt64) async {
    guard var state = leases.removeValue(forKey: lease) else { return }
    guard state.machine.finish(committing: false) == .rollback else {
      return returnLease(of: state.connection)
    }
    if connections[state.connection]?.isBusy == true {
      guard await cancelBackend(of: state.connection) else { return discard(state.connection) }
    }
    try? await finish(state, with: "ROLLBACK")
  }

  private static var ended: PostgresError {
    PostgresError(.transactionFailed, "the transaction has ended")
  }

  private func nextStatement(in lease: UInt64) throws -> (UInt64, [Query]) {
    guard let state = leases[lease], let next = leases[lease]?.machine.statement() else {
      throw Self.ended
    }
    switch next {
    case .begin: return (state.connection, state.preamble)
    case .send: return (state.connection, [])
    case .refuse(failed: true):
      throw PostgresError(.transactionFailed, "an earlier statement of the transaction failed")
    case .refuse(failed: false): throw Self.ended
    }
  }

  private func finish(_ state: Lease, with command: Query) async throws {
    do {
      let result = try await submit(
        [command], on: state.connection, timeout: nil, cancellable: false)
      returnLease(of: state.connection)
      if result.commandTag != command.sql {
        throw PostgresError(.transactionFailed, "the server rolled the transaction back")
      }
    } catch let error as PostgresError where error.kind != .transactionFailed {
      if connections[state.connection] != nil { settleAfterFailure(of: state.connection) }
      throw error
    }
  }

  /// A COMMIT refused by a deferred constraint leaves a clean connection; anything else does not.
  private func settleAfterFailure(of connection: UInt64) {
    if connections[connection]?.isOutsideTransaction == true {
      returnLease(of: connection)
    } else {
      discard(connection)
    }
  }

  /// Asks the server, through another connection, to stop what a cancelled transaction still runs;
  /// false when it could not be asked. It never waits for a connection: those that it would wait for
  /// may all be waiting for one in the same way.
  private func cancelBackend(of connection: UInt64) async -> Bool {
    guard let process = connections[connection]?.backendProcess, let idle = takeIdle() else {
      return false
    }
    do {
      _ = try await submit(
        ["SELECT pg_cancel_backend(\(process))"], on: idle, timeout: .seconds(1),
        cancellable: false
      ) { [self] in statementFinished(on: idle) }
      return true
    } catch {
      return false
    }
  }
}
