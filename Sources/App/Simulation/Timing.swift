extension Duration {
  /// Whole milliseconds, rounded towards zero.
  package var milliseconds: Int {
    let (seconds, attoseconds) = components
    return Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000)
  }

  /// The time `samples` take at `rate` hertz.
  package static func samples(_ samples: Int, rate: Int) -> Duration {
    .nanoseconds(Int64(samples) * 1_000_000_000 / Int64(rate))
  }

  /// How many samples at `rate` hertz fit, rounded down.
  package func samples(rate: Int) -> Int {
    let (seconds, attoseconds) = components
    return Int(seconds) * rate + Int(attoseconds / 1_000_000_000) * rate / 1_000_000_000
  }
}
