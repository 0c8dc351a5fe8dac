internal import Buffers
package import Domain

/// Keeps the number of a person who is erased from being read. It is under a key outside of the
/// database, since numbers are so few that any other digest could be turned back.
package struct NumberSeal: Sendable {
  /// Of requests with a number in them, too.
  let seal: DataSeal

  package init(_ seal: DataSeal) { self.seal = seal }

  /// Tells a merchant's number again; another merchant's digest of it is another one.
  func digest(_ number: PhoneNumber, of merchant: MerchantID) -> [UInt8] {
    seal.digest(Array("\(merchant.text):\(number.e164)".utf8))
  }

  /// The number, to be read again in the same erasure only.
  func close(_ number: PhoneNumber, in erasure: ErasureID) throws -> [UInt8] {
    try seal.seal(Array(number.e164.utf8), for: Self.context(erasure.text))
  }

  /// The number that was sealed for an erasure; `nil` when it is none.
  func open(_ sealed: [UInt8], in erasure: ErasureID) throws -> PhoneNumber? {
    PhoneNumber(
      String(decoding: try seal.open(sealed, for: Self.context(erasure.text)), as: UTF8.self))
  }

  /// The same sealed by the current master key; nil when it is.
  func renew(_ sealed: [UInt8], in erasure: String) throws -> [UInt8]? {
    try seal.renew(sealed, for: Self.context(erasure))
  }

  private static func context(_ erasure: String) -> [String] { ["erasures", erasure] }
}
