internal import Buffers
package import Domain
package import Postgres
internal import TLS

/// The values of tools' secret headers: sealed when they come in, opened only to make a request.
package struct ToolSecrets: ToolSecretSource {
  private let key: [UInt8]

  /// Sealed with `key`, 32 bytes that are kept outside of the database.
  package init(key: [UInt8]) { self.key = key }

  package func values(
    _ names: [String], of merchant: MerchantID, _ transaction: Transaction
  ) async throws -> [String: String] {
    let sealed = try await ToolSecretStore.sealed(names, merchant: merchant.text, transaction)
    var values: [String: String] = [:]
    for (name, bytes) in sealed {
      let plain = try AES256GCM(key: key).open(
        bytes, authenticating: Self.context(name, merchant))
      values[name] = String(decoding: plain, as: UTF8.self)
    }
    return values
  }

  func seal(_ value: String, named name: String, of merchant: MerchantID) throws -> [UInt8] {
    try AES256GCM(key: key).seal(
      Array(value.utf8), authenticating: Self.context(name, merchant))
  }

  /// Equal for equal values; says nothing about them to those without the key.
  func fingerprint(of value: String) -> String {
    Hex.encode(Digest.hmacSHA256(key: key, Array(value.utf8)))
  }

  private static func context(_ name: String, _ merchant: MerchantID) -> [UInt8] {
    Array("\(merchant.text)/\(name)".utf8)
  }
}
