internal import Domain
internal import Postgres
internal import Protobuf
internal import RPCCore
internal import Schema

/// Counts attempts to log in, in the database, so that all processes know of each.
struct LoginGuard: Sendable {
  /// The two subjects of one attempt, as keyed digests.
  struct Attempt: Sendable {
    let address: [UInt8]
    /// Nil where everybody may be behind it.
    let client: [UInt8]?

    /// Their rows are taken in this order everywhere, so that no two attempts wait in a circle.
    var subjects: [(LoginThrottle.Subject, [UInt8])] {
      (client.map { [(.client, $0)] } ?? []) + [(.address, address)]
    }
  }

  let pool: PostgresPool
  let seal: DataSeal
  var now: @Sendable () -> Moment = { WallClock.now }

  /// Counts an attempt on an address by a client, nil where everybody may be behind it. Throws
  /// `resourceExhausted` with RetryInfo when it comes too soon, and then counts it nowhere.
  func begin(email: String, client: String?) async throws -> Attempt {
    let attempt = Attempt(
      address: seal.digest(Array("login-address:\(email)".utf8)),
      client: client.map { seal.digest(Array("login-client:\($0)".utf8)) })
    let wait = try await pool.transaction(tenant: .system) { transaction in
      try await count(attempt, transaction)
    }
    if let wait { throw try Self.tooSoon(wait) }
    return attempt
  }

  /// Counts the attempt for all its subjects, or for none when one has to wait, and how long.
  private func count(_ attempt: Attempt, _ transaction: Transaction) async throws -> Duration? {
    var counted: [(LoginThrottle, [UInt8])] = []
    for (subject, digest) in attempt.subjects {
      let known = try await LoginAttemptStore.lock(digest, transaction)
      switch known.attempt(subject, at: now()) {
      case .wait(let wait): return wait
      case .proceed(let next): counted.append((next, digest))
      }
    }
    for (next, digest) in counted {
      try await LoginAttemptStore.store(next, digest, transaction)
    }
    return nil
  }

  /// Notes that the attempt was good: the client gets this one back, the address begins anew.
  func succeed(_ attempt: Attempt, _ transaction: Transaction) async throws {
    if let client = attempt.client { try await LoginAttemptStore.takeBack(client, transaction) }
    try await LoginAttemptStore.forget(attempt.address, transaction)
  }

  private static func tooSoon(_ wait: Duration) throws -> RPCError {
    let retry = Google.Rpc.RetryInfo.with { $0.retryDelay = wait.protobuf }
    return RPCError(
      .resourceExhausted, "too many attempts to log in; wait before the next one",
      details: [
        ErrorDetail(typeName: "google.rpc.RetryInfo", value: try retry.serializedBytes())
      ])
  }
}
