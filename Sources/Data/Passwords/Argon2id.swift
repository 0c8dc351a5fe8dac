internal import Buffers
internal import CArgon2
internal import TLS

/// Argon2id (RFC 9106) by libargon2. Each call takes tens of milliseconds and megabytes: see
/// ``PasswordHasher`` for where to make it.
package struct Argon2id: Sendable {
  /// What a hash costs.
  package struct Parameters: Sendable, Hashable {
    package var memoryKiB: UInt32
    package var passes: UInt32
    package var lanes: UInt32

    package init(memoryKiB: UInt32, passes: UInt32, lanes: UInt32) {
      self.memoryKiB = memoryKiB
      self.passes = passes
      self.lanes = lanes
    }

    /// The least that OWASP's password storage cheat sheet recommends.
    package static let owasp = Parameters(memoryKiB: 19_456, passes: 2, lanes: 1)
  }

  private static let saltLength = 16
  private static let hashLength = 32
  private let parameters: Parameters

  package init(_ parameters: Parameters = .owasp) { self.parameters = parameters }

  /// `password` hashed with a fresh salt, in PHC form: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.
  package func hash(_ password: [UInt8]) throws(PasswordError) -> String {
    let salt = RandomBytes.generate(Self.saltLength)
    let length = argon2_encodedlen(
      parameters.passes, parameters.memoryKiB, parameters.lanes, UInt32(Self.saltLength),
      UInt32(Self.hashLength), Argon2_id)
    var encoded = [CChar](repeating: 0, count: length)
    let status = unsafe argon2id_hash_encoded(
      parameters.passes, parameters.memoryKiB, parameters.lanes, password, password.count, salt,
      salt.count, Self.hashLength, &encoded, encoded.count)
    guard status == ARGON2_OK.rawValue else {
      throw PasswordError(.failed, "argon2 ended with \(status)")
    }
    let text = encoded.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: text, as: UTF8.self)
  }

  /// Whether `encoded` was made of `password`; compares in constant time. Throws when it is no hash
  /// or there is no memory.
  package func verify(_ password: [UInt8], against encoded: String) throws(PasswordError) -> Bool {
    let status = unsafe argon2id_verify(encoded, password, password.count)
    switch status {
    case ARGON2_OK.rawValue: return true
    case ARGON2_VERIFY_MISMATCH.rawValue: return false
    default: throw PasswordError(.failed, "argon2 ended with \(status)")
    }
  }

  /// Whether `encoded` costs something else than it would now.
  package func isOutdated(_ encoded: String) -> Bool { !encoded.hasPrefix(prefix) }

  /// A hash that no password has, at today's cost: what an unknown user's is compared with.
  package func unmatchable() -> String {
    let salt = Self.unpadded(RandomBytes.generate(Self.saltLength))
    return "\(prefix)\(salt)$\(Self.unpadded(RandomBytes.generate(Self.hashLength)))"
  }

  private var prefix: String {
    "$argon2id$v=19$m=\(parameters.memoryKiB),t=\(parameters.passes),p=\(parameters.lanes)$"
  }

  private static func unpadded(_ bytes: [UInt8]) -> String {
    Base64.encode(bytes, padded: false)
  }
}

/// Why a password could not be hashed or compared.
package struct PasswordError: Error, Sendable, CustomStringConvertible {
  package enum Kind: Sendable {
    /// Too many wait already; try again later.
    case overloaded
    /// libargon2 failed: no memory, or what is stored is no hash.
    case failed
  }

  package let kind: Kind
  package let message: String

  init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  package var description: String { message }
}
