/// Look-up tables for `Base64`, built once and never freed.
enum Base64Tables {
  /// Set in a decoded group when one of its characters is outside the alphabets.
  static let invalid: UInt32 = 0xFF00_0000

  /// The two characters of each 12-bit value, first character in the low byte.
  static func pairs(_ variant: Base64.Variant) -> UnsafePointer<UInt16> {
    switch variant {
    case .standard: standardPairs.pointer
    case .urlSafe: urlSafePairs.pointer
    }
  }

  /// Four tables of 256: what a character adds to a group of 24 bits at each of its four places.
  static var decode: UnsafePointer<UInt32> { decodeTables.pointer }

  private static let standardPairs = Table(pairTable("+/"))
  private static let urlSafePairs = Table(pairTable("-_"))
  private static let decodeTables = Table(decodeTable())

  private static let letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

  private static func pairTable(_ last: String) -> [UInt16] {
    let alphabet = Array((letters + last).utf8)
    return (0..<4096).map { UInt16(alphabet[$0 >> 6]) | UInt16(alphabet[$0 & 63]) << 8 }
  }

  private static func decodeTable() -> [UInt32] {
    var table = [UInt32](repeating: invalid, count: 1024)
    for last in ["+/", "-_"] {
      for (value, character) in (letters + last).utf8.enumerated() {
        for place in 0..<4 {
          table[place * 256 + Int(character)] = UInt32(value) << (18 - 6 * UInt32(place))
        }
      }
    }
    return table
  }

  /// Elements at a fixed address, so that a hot loop has no array header or bounds to look at.
  private struct Table<Element: BitwiseCopyable>: @unchecked Sendable {  // never written again
    let pointer: UnsafePointer<Element>

    init(_ elements: [Element]) {
      let memory = UnsafeMutablePointer<Element>.allocate(capacity: elements.count)
      memory.initialize(from: elements, count: elements.count)
      pointer = UnsafePointer(memory)
    }
  }
}
