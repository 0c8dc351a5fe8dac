internal import TLS

/// A merchant's key for programs: `pa_live_` + 8 characters of id, `_`, 32 characters of secret and 6
/// of checksum, all base 62.
///
/// The prefix lets leaked keys be found by scanners, the checksum lets a mistyped one be refused
/// without asking the database. The id is public; the secret is kept only as its SHA-256.
package struct APIKey: Sendable {
  /// `pa_live_` and eight characters; safe in logs.
  package let id: String
  /// The secret part with its checksum; shown once, when the key is made.
  package let secret: String

  static let idPrefix = "pa_live_"
  private static let alphabet = Array(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

  /// A new key.
  package init() {
    id = Self.idPrefix + Self.random(8)
    let body = Self.random(32)
    let checksum = Self.checksum(id.utf8, body.utf8)
    let digits = Self.checksumPlaces.map { Self.digit($0, of: checksum) }
    secret = body + String(decoding: digits, as: UTF8.self)
  }

  /// The key with this id and secret; `nil` when it cannot be one by its form. Whether it was mistyped
  /// is for ``isWhole`` to say.
  package init?(id: String, secret: String) {
    guard id.utf8.count == 16, secret.utf8.count == 38, id.hasPrefix(Self.idPrefix) else {
      return nil
    }
    self.id = id
    self.secret = secret
  }

  /// Whether the checksum is right: false when id or secret was mistyped.
  package var isWhole: Bool {
    var (id, secret) = (id, secret)
    return id.withUTF8 { id in
      secret.withUTF8 { secret in
        let checksum = Self.checksum(id, secret[..<32])
        return Self.checksumPlaces.allSatisfy {
          secret[32 + $0] == Self.digit($0, of: checksum)
        }
      }
    }
  }

  /// The key written as one text: id, underscore, secret.
  package init?(_ text: String) {
    guard text.utf8.count == 55, text.utf8.dropFirst(16).first == UInt8(ascii: "_") else {
      return nil
    }
    let bytes = text.utf8
    self.init(
      id: String(decoding: bytes.prefix(16), as: UTF8.self),
      secret: String(decoding: bytes.dropFirst(17), as: UTF8.self))
  }

  /// What is stored of the secret.
  package var secretHash: [UInt8] { Self.hash(of: secret) }

  /// What is stored of a secret.
  static func hash(of secret: String) -> [UInt8] { Digest.sha256(Array(secret.utf8)) }

  private static func random(_ count: Int) -> String {
    var characters: [UInt8] = []
    while characters.count < count {
      // 248 is the largest multiple of 62 in a byte: above it the remainder would be biased.
      for byte in RandomBytes.generate(count) where byte < 248 && characters.count < count {
        characters.append(alphabet[Int(byte) % 62])
      }
    }
    return String(decoding: characters, as: UTF8.self)
  }

  /// CRC-32 (ISO-HDLC) of both.
  private static func checksum(
    _ id: some Sequence<UInt8>, _ body: some Sequence<UInt8>
  ) -> UInt32 {
    let remainders = remainders
    var crc = UInt32.max
    for byte in id { crc = crc >> 8 ^ remainders[Int(crc & 255 ^ UInt32(byte))] }
    for byte in body { crc = crc >> 8 ^ remainders[Int(crc & 255 ^ UInt32(byte))] }
    return ~crc
  }

  /// The places of a checksum's base-62 digits, the highest first.
  private static let checksumPlaces = 0..<6
  private static let weights: [UInt32] = [916_132_832, 14_776_336, 238_328, 3_844, 62, 1]

  private static func digit(_ place: Int, of checksum: UInt32) -> UInt8 {
    alphabet[Int(checksum / weights[place] % 62)]
  }

  /// The CRC of each byte alone.
  private static let remainders: [UInt32] = (0..<256).map { byte in
    var crc = UInt32(byte)
    for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    return crc
  }
}
