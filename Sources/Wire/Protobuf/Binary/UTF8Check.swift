/// Whether bytes are UTF-8 as Unicode defines it: no surrogates, no overlong forms.
enum UTF8Check {
  static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var index = 0
    while index + 8 <= bytes.count {
      let word = unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      if word & 0x8080_8080_8080_8080 != 0 { break }
      index += 8
    }
    while index < bytes.count {
      let step = unsafe sequenceLength(bytes, index)
      if step == 0 { return false }
      index += step
    }
    return true
  }

  /// Bytes of the well-formed sequence at `index`, or 0.
  private static func sequenceLength(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Int {
    let first = unsafe bytes[index]
    if first < 0x80 { return 1 }
    let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    guard first >= 0xC2, first <= 0xF4, index + length <= bytes.count else { return 0 }
    let second = unsafe bytes[index + 1]
    let lowest: UInt8 = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80
    let highest: UInt8 = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF
    guard second >= lowest, second <= highest else { return 0 }
    for offset in 2..<max(length, 2) where unsafe bytes[index + offset] & 0xC0 != 0x80 {
      return 0
    }
    return length
  }
}
