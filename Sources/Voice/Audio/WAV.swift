/// What is wrong with a WAV file.
package struct AudioError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Kind: Sendable, Equatable { case notWAV, unsupported, truncated }
  package let kind: Kind
  package let message: String

  package var description: String { message }
}

/// Interleaved 16-bit PCM as a RIFF file.
package struct WAV: Sendable, Equatable {
  package var rate: SampleRate
  package var channels: Int
  /// Interleaved when there are several channels.
  package var samples: [Int16]

  package init(rate: SampleRate, channels: Int, samples: [Int16]) {
    self.rate = rate
    self.channels = channels
    self.samples = samples
  }

  /// The 44-byte header of a file with `dataBytes` bytes of 16-bit PCM.
  package static func header(rate: SampleRate, channels: Int, dataBytes: Int) -> [UInt8] {
    var bytes = Array("RIFF".utf8)
    append(32, UInt32(clamping: dataBytes + 36), to: &bytes)
    bytes += Array("WAVEfmt ".utf8)
    append(32, 16, to: &bytes)
    append(16, 1, to: &bytes)
    append(16, UInt32(channels), to: &bytes)
    append(32, UInt32(rate.hertz), to: &bytes)
    append(32, UInt32(rate.hertz * channels * 2), to: &bytes)
    append(16, UInt32(channels * 2), to: &bytes)
    append(16, 16, to: &bytes)
    bytes += Array("data".utf8)
    append(32, UInt32(clamping: dataBytes), to: &bytes)
    return bytes
  }

  /// The whole file.
  package var bytes: [UInt8] {
    var result = Self.header(rate: rate, channels: channels, dataBytes: samples.count * 2)
    PCMFrame(samples: samples, rate: rate).appendLittleEndian(to: &result)
    return result
  }

  /// Reads 16-bit PCM with 1 or 2 channels, or mono mu-law; other chunks are skipped.
  package init(parsing bytes: [UInt8]) throws(AudioError) {
    guard bytes.count >= 12, bytes[0..<4].elementsEqual("RIFF".utf8),
      bytes[8..<12].elementsEqual("WAVE".utf8)
    else { throw AudioError(kind: .notWAV, message: "file has no riff/wave header") }
    var format: Format?
    var offset = 12
    while offset + 8 <= bytes.count {
      let size = Int(Self.read(32, bytes, offset + 4))
      let body = offset + 8
      let end = min(bytes.count, body + size)
      switch bytes[offset..<offset + 4] {
      case let id where id.elementsEqual("fmt ".utf8):
        format = try Format(bytes[body..<end])
      case let id where id.elementsEqual("data".utf8):
        guard let format else {
          throw AudioError(kind: .unsupported, message: "data chunk comes before the format chunk")
        }
        self.init(
          rate: format.rate, channels: format.channels, samples: format.samples(bytes[body..<end]))
        return
      default: break
      }
      offset = body + size + size % 2
    }
    throw AudioError(kind: .truncated, message: "file has no data chunk")
  }

  private struct Format {
    let rate: SampleRate
    let channels: Int
    let isMuLaw: Bool

    init(_ chunk: ArraySlice<UInt8>) throws(AudioError) {
      let bytes = Array(chunk)
      guard bytes.count >= 16 else {
        throw AudioError(kind: .truncated, message: "format chunk is \(bytes.count) bytes; need 16")
      }
      let tag = read(16, bytes, 0)
      let bits = read(16, bytes, 14)
      channels = Int(read(16, bytes, 2))
      isMuLaw = tag == 7 && bits == 8 && channels == 1
      let isPCM = (tag == 1 || tag == 0xFFFE) && bits == 16
      guard isPCM || isMuLaw, (1...2).contains(channels),
        let rate = SampleRate(peer: Int(read(32, bytes, 4)))
      else {
        throw AudioError(
          kind: .unsupported, message: "format \(tag), \(bits) bits, \(channels) channels")
      }
      self.rate = rate
    }

    func samples(_ data: ArraySlice<UInt8>) -> [Int16] {
      if isMuLaw { return MuLaw.decode(Array(data)) }
      let whole = data.prefix(data.count / (2 * channels) * 2 * channels)
      return PCMFrame(littleEndian: Array(whole), rate: rate)?.samples ?? []
    }
  }

  private static func read(_ bits: Int, _ bytes: [UInt8], _ offset: Int) -> UInt32 {
    (0..<bits / 8).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
  }

  private static func append(_ bits: Int, _ value: UInt32, to bytes: inout [UInt8]) {
    for index in 0..<bits / 8 {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(8 * index)))
    }
  }
}
