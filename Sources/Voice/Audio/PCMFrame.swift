/// Samples per second of one audio channel.
package struct SampleRate: Sendable, Hashable {
  package let hertz: Int

  /// Precondition: `hertz` is 1,000...192,000. Peer values go through `init(peer:)`.
  package init(hertz: Int) {
    precondition((1_000...192_000).contains(hertz), "sample rate out of range")
    self.hertz = hertz
  }

  /// A rate a peer declared; nil when it is outside 1,000...192,000.
  package init?(peer hertz: Int) {
    guard (1_000...192_000).contains(hertz) else { return nil }
    self.hertz = hertz
  }

  package static let telephone = SampleRate(hertz: 8_000)
  package static let wideband = SampleRate(hertz: 16_000)
  package static let studio = SampleRate(hertz: 24_000)

  /// How long `samples` samples play.
  package func duration(samples: Int) -> Duration {
    .nanoseconds(Int64(samples) * 1_000_000_000 / Int64(hertz))
  }

  /// How many whole samples fit into `duration`; 0 for a negative one.
  package func samples(in duration: Duration) -> Int {
    let (seconds, attoseconds) = duration.components
    let whole = seconds * Int64(hertz)
    let part = attoseconds / 1_000_000_000 * Int64(hertz) / 1_000_000_000
    return max(0, Int(whole + part))
  }
}

/// Mono linear 16-bit audio in machine order, with its rate.
package struct PCMFrame: Sendable, Equatable {
  package var samples: [Int16]
  package var rate: SampleRate

  package init(samples: [Int16], rate: SampleRate) {
    self.samples = samples
    self.rate = rate
  }

  /// Reads little-endian 16-bit samples; nil when the byte count is odd.
  package init?(littleEndian bytes: [UInt8], rate: SampleRate) {
    guard bytes.count.isMultiple(of: 2) else { return nil }
    self.rate = rate
    samples = [Int16](unsafeUninitializedCapacity: bytes.count / 2) { buffer, count in
      bytes.withUnsafeBytes { raw in
        for index in 0..<buffer.count {
          buffer[index] = Int16(
            littleEndian: raw.loadUnaligned(fromByteOffset: index * 2, as: Int16.self))
        }
      }
      count = bytes.count / 2
    }
  }

  package var duration: Duration { rate.duration(samples: samples.count) }
  package var isEmpty: Bool { samples.isEmpty }

  /// The samples as little-endian bytes, two per sample.
  package var littleEndianBytes: [UInt8] {
    var bytes = [UInt8]()
    bytes.reserveCapacity(samples.count * 2)
    appendLittleEndian(to: &bytes)
    return bytes
  }

  /// Appends the samples as little-endian bytes.
  package func appendLittleEndian(to bytes: inout [UInt8]) {
    for sample in samples {
      let bits = UInt16(bitPattern: sample)
      bytes.append(UInt8(truncatingIfNeeded: bits))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
    }
  }
}
