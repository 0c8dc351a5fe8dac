internal import Glibc

/// Loudness of a piece of audio in decibels relative to full scale; silence is -96.
package struct AudioLevel: Sendable, Hashable {
  package let rms: Double
  package let peak: Double

  package init(of samples: some Collection<Int16>) {
    var energy = 0.0
    var top = 0
    for sample in samples {
      energy += Double(sample) * Double(sample)
      top = max(top, abs(Int(sample)))
    }
    rms = samples.isEmpty ? -96 : Self.decibels((energy / Double(samples.count)).squareRoot())
    peak = Self.decibels(Double(top))
  }

  private static func decibels(_ amplitude: Double) -> Double {
    amplitude < 0.5 ? -96 : max(-96, 20 * log10(amplitude / 32_768))
  }
}
