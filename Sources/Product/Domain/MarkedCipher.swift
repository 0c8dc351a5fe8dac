internal import Buffers
internal import TLS

/// AES-256-GCM under the current key of a purpose; what it seals says which key that was.
///
/// Sealed bytes are a mark, then what `AES256GCM` makes, which has the mark authenticated. What the first
/// key seals has none: so everything was sealed before there could be a second.
package struct MarkedCipher: Sendable {
  private let keys: PurposeKeys

  package init(keys: PurposeKeys) { self.keys = keys }

  /// `bytes`, to be opened with the same context only.
  package func seal(_ bytes: [UInt8], authenticating context: [UInt8]) throws -> [UInt8] {
    let number = keys.current
    let mark = KeyMark.bytes(of: number)
    return mark + (try cipher(number).seal(bytes, authenticating: mark + context))
  }

  /// What was sealed with `context`; throws `TLSError` for anything else, and `MissingKey` when the key
  /// that sealed it is not here.
  package func open(_ sealed: [UInt8], authenticating context: [UInt8]) throws -> [UInt8] {
    guard let number = KeyMark.number(in: sealed) else { return try openUnmarked(sealed, context) }
    do {
      let mark = Array(sealed.prefix(KeyMark.length))
      return try cipher(number).open(
        Array(sealed.dropFirst(KeyMark.length)), authenticating: mark + context)
    } catch {
      // One unmarked value in 2^32 begins like a marked one.
      if let bytes = try? openUnmarked(sealed, context) { return bytes }
      throw error
    }
  }

  /// The same sealed by the current key; nil when that sealed it already.
  package func renew(_ sealed: [UInt8], authenticating context: [UInt8]) throws -> [UInt8]? {
    guard KeyMark.number(in: sealed) ?? MasterKey.firstNumber != keys.current else { return nil }
    return try seal(try open(sealed, authenticating: context), authenticating: context)
  }

  private func openUnmarked(_ sealed: [UInt8], _ context: [UInt8]) throws -> [UInt8] {
    try cipher(MasterKey.firstNumber).open(sealed, authenticating: context)
  }

  private func cipher(_ number: Int64) throws -> AES256GCM {
    guard let key = keys.key(number) else { throw MissingKey(number: number) }
    return try AES256GCM(key: key)
  }
}

/// What was sealed needs a master key that this process does not have, yet or any more.
package struct MissingKey: Error, Sendable, Equatable, CustomStringConvertible {
  package let number: Int64

  package var description: String { "sealed with master key \(number), which is not here" }
}

/// What stands before bytes that a master key after the first sealed: four bytes that say so, and the
/// key's number in four more.
package enum KeyMark {
  package static let length = 8
  private static let sign: [UInt8] = Array("pvk".utf8) + [1]

  /// Empty for the first key.
  package static func bytes(of number: Int64) -> [UInt8] {
    guard number != MasterKey.firstNumber, let number = UInt32(exactly: number) else { return [] }
    return sign + (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
  }

  /// The number that a mark says; nil where there is none.
  static func number(in sealed: [UInt8]) -> Int64? {
    guard sealed.count >= length, sealed.starts(with: sign) else { return nil }
    return sealed[sign.count..<length].reduce(0) { $0 << 8 | Int64($1) }
  }
}
