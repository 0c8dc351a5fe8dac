internal import Buffers
package import Domain
package import Postgres

/// The values of tools' secret headers: sealed when they come in, opened only to make a request to one of their hosts.
package struct ToolSecrets: ToolSecretSource {
  private let seal: DataSeal

  /// Sealed by `seal`, which seals nothing else.
  package init(seal: DataSeal) { self.seal = seal }

  package func values(
    _ names: [String], for host: String, of merchant: MerchantID, _ transaction: Transaction
  ) async throws -> [String: String] {
    let found = try await ToolSecretStore.sealed(names, merchant: merchant.text, transaction)
    var values: [String: String] = [:]
    for (name, secret) in found where secret.hosts.contains(host) {
      let plain = try seal.open(secret.sealed, for: Self.context(name, merchant.text))
      values[name] = String(decoding: plain, as: UTF8.self)
    }
    return values
  }

  func seal(_ value: String, named name: String, of merchant: MerchantID) throws -> [UInt8] {
    try seal.seal(Array(value.utf8), for: Self.context(name, merchant.text))
  }

  func renew(_ sealed: [UInt8], named name: String, of merchant: String) throws -> [UInt8]? {
    try seal.renew(sealed, for: Self.context(name, merchant))
  }

  /// Equal for equal values; says nothing about them to those without the key.
  func fingerprint(of value: String) -> String { Hex.encode(seal.digest(Array(value.utf8))) }

  private static func context(_ name: String, _ merchant: String) -> [String] {
    ["tool_secrets", merchant, name]
  }
}
