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
    /// Nil for a peer on this machine: a proxy, behind which everybody is.
    let peer: [UInt8]?

    var subjects: [(LoginThrottle.Subject, [UInt8])] {
      (peer.map { [(.peer, $0)] } ?? []) + [(.address, address)]
    }
  }

  let pool: PostgresPool
  let seal: DataSeal

  /// Counts an attempt. Throws `resourceExhausted` with RetryInfo when it comes too soon.
  func begin(email: String, peer: String) async throws -> Attempt {
    let attempt = Attempt(
      address: seal.digest(Array("login-address:\(email)".utf8)),
      peer: Self.host(peer).map { seal.digest(Array("login-peer:\($0)".utf8)) })
    let wait = try await pool.transaction(tenant: .system) { transaction -> Duration? in
      for (subject, digest) in attempt.subjects {
        let known = try await LoginAttemptStore.lock(digest, transaction)
        switch known.attempt(subject, at: WallClock.now) {
        case .wait(let wait): return wait
        case .proceed(let next): try await LoginAttemptStore.store(next, digest, transaction)
        }
      }
      return nil
    }
    if let wait { throw try Self.tooSoon(wait) }
    return attempt
  }

  /// Notes that the attempt was good: the address begins anew, the peer gets this one back.
  func succeed(_ attempt: Attempt, _ transaction: Transaction) async throws {
    try await LoginAttemptStore.forget(attempt.address, transaction)
    if let peer = attempt.peer { try await LoginAttemptStore.takeBack(peer, transaction) }
  }

  private static func tooSoon(_ wait: Duration) throws -> RPCError {
    let retry = Google.Rpc.RetryInfo.with { $0.retryDelay = wait.protobuf }
    return RPCError(
      .resourceExhausted, "too many attempts to log in; wait before the next one",
      details: [
        ErrorDetail(typeName: "google.rpc.RetryInfo", value: try retry.serializedBytes())
      ])
  }

  /// The peer's address without its port, nil for one on this machine.
  static func host(_ peer: String) -> Substring? {
    guard let colon = peer.lastIndex(of: ":"), !peer.hasPrefix("unix:") else { return nil }
    let host = peer[..<colon]
    return host.hasPrefix("127.") || host == "[::1]" ? nil : host
  }
}
