import Audio
import Glibc

/// A sine of the given frequency and amplitude.
func tone(_ frequency: Double, rate: SampleRate, count: Int, amplitude: Double = 10_000) -> [Int16]
{
  (0..<count).map {
    Int16((amplitude * sin(2 * .pi * frequency * Double($0) / Double(rate.hertz))).rounded())
  }
}

/// How far the best-fitting sine of `frequency` stands above everything else, in decibels.
func signalToNoise(_ samples: some Collection<Int16>, frequency: Double, rate: SampleRate) -> Double
{
  let values = samples.map(Double.init)
  let step = 2 * Double.pi * frequency / Double(rate.hertz)
  var (s, c) = (0.0, 0.0)
  for (index, value) in values.enumerated() {
    s += value * sin(step * Double(index))
    c += value * cos(step * Double(index))
  }
  let scale = 2 / Double(values.count)
  var (signal, noise) = (0.0, 0.0)
  for (index, value) in values.enumerated() {
    let fit = scale * (s * sin(step * Double(index)) + c * cos(step * Double(index)))
    signal += fit * fit
    noise += (value - fit) * (value - fit)
  }
  return 10 * log10(signal / max(noise, 1e-9))
}
