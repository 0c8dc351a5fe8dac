package import Passwords
internal import RPCCore

extension PasswordHasher {
  /// A new hash; `resourceExhausted` when too many wait.
  package func hashed(_ password: String) async throws -> String {
    try await told { try await self.hash(password) }
  }

  /// Whether the hash is of the password; `resourceExhausted` when too many wait.
  func verified(_ password: String, against hash: String?) async throws -> Bool {
    try await told { try await self.verify(password, against: hash) }
  }

  private func told<Value>(_ work: () async throws -> Value) async throws -> Value {
    do {
      return try await work()
    } catch let error as PasswordError where error.kind == .overloaded {
      throw RPCError(
        .resourceExhausted, "too many passwords are being checked now; try again", cause: error)
    }
  }
}
