/// A form of audio that the stand-in makes, of those that the service offers.
package struct AudioFormat: Sendable, Equatable {
  /// As the header names it.
  package let name: String
  /// Samples in a second.
  package let sampleRate: Int
  /// Eight bits of mu-law, not sixteen of PCM.
  let isMuLaw: Bool
  /// A WAV header comes first.
  let hasHeader: Bool

  /// All that are made.
  package static let all: [AudioFormat] =
    [8_000, 16_000, 24_000].flatMap { rate in
      ["raw", "riff"].map {
        AudioFormat(
          name: "\($0)-\(rate / 1_000)khz-16bit-mono-pcm", sampleRate: rate, isMuLaw: false,
          hasHeader: $0 == "riff")
      }
    } + [
      AudioFormat(
        name: "raw-8khz-8bit-mono-mulaw", sampleRate: 8_000, isMuLaw: true, hasHeader: false)
    ]

  /// The format of that name.
  package static func named(_ name: String) -> AudioFormat? { all.first { $0.name == name } }

  /// The media type of an answer.
  package var contentType: String { hasHeader ? "audio/x-wav" : "audio/basic" }

  /// The bytes of an answer.
  package func bytes(of samples: [Int16]) -> [UInt8] {
    if isMuLaw { return MuLaw.bytes(of: samples) }
    return hasHeader
      ? WAVFile.bytes(channels: [samples], sampleRate: sampleRate) : PCM.bytes(of: samples)
  }

  /// Bytes that last as long as `duration`, whole samples of them.
  func byteCount(of duration: Duration) -> Int {
    duration.samples(rate: sampleRate) * (isMuLaw ? 1 : 2)
  }
}
