package import Buffers

/// Names one call in logs and error texts: 16 hexadecimal digits, made without allocating.
public struct RequestID: Sendable, Hashable, CustomStringConvertible {
  private let value: UInt64

  /// The id `number` within the sequence `seed`; two seeds give unrelated sequences.
  public init(seed: UInt64, number: UInt64) {
    // splitmix64: one-to-one for a given seed, so ids of one server run never repeat.
    var mixed = seed &+ number &* 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    value = mixed ^ (mixed >> 31)
  }

  /// A client's own name for its request, where it is fit to be repeated in logs and answers: 1 to 64
  /// letters, digits, dots, dashes and underscores.
  public static func accepted(_ text: String?) -> String? {
    guard let text, (1...64).contains(text.utf8.count) else { return nil }
    let isFit = text.utf8.allSatisfy { byte in
      switch byte {
      case 48...57, 65...90, 97...122, 45, 46, 95: true
      default: false
      }
    }
    return isFit ? text : nil
  }

  public var description: String {
    String(unsafeUninitializedCapacity: 16) { unsafe write(to: $0) }
  }

  /// Appends ``description``.
  package func append(to text: inout TextBuffer) {
    text.append(room: 16) { write(to: UnsafeMutableBufferPointer(start: $0, count: 16)) }
  }

  private func write(to digits: UnsafeMutableBufferPointer<UInt8>) -> Int {
    for place in 0..<16 {
      let digit = UInt8(truncatingIfNeeded: value >> UInt64(60 - 4 * place)) & 15
      unsafe digits[place] = digit < 10 ? 48 + digit : 87 + digit
    }
    return 16
  }
}
