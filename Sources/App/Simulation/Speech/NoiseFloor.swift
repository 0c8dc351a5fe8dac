/// The hiss of a quiet telephone line: reproducible, never digital silence.
package struct NoiseFloor: Sendable {
  private var state: UInt32
  private let amplitude: Int32

  /// `amplitude` is the largest sample; 0 gives digital silence.
  package init(seed: UInt32, amplitude: Int16 = 24) {
    state = seed | 1
    self.amplitude = Int32(amplitude)
  }

  package mutating func samples(_ count: Int) -> [Int16] {
    (0..<count).map { _ in next() }
  }

  private mutating func next() -> Int16 {
    state = state &* 1_664_525 &+ 1_013_904_223
    let unit = Int32(state >> 16) - 32_768
    return Int16(unit * amplitude / 32_768)
  }
}
