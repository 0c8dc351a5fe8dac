/// The bytes of a WAV file of 16-bit PCM.
package enum WAVFile {
  /// `channels` interleaved; shorter ones are filled up with silence.
  package static func bytes(channels: [[Int16]], sampleRate: Int) -> [UInt8] {
    let frames = channels.map(\.count).max() ?? 0
    let dataSize = frames * channels.count * 2
    var bytes = header(channels: channels.count, sampleRate: sampleRate, dataSize: dataSize)
    bytes.reserveCapacity(bytes.count + dataSize)
    for frame in 0..<frames {
      for channel in channels {
        append(UInt16(bitPattern: frame < channel.count ? channel[frame] : 0), to: &bytes)
      }
    }
    return bytes
  }

  private static func header(channels: Int, sampleRate: Int, dataSize: Int) -> [UInt8] {
    var bytes = Array("RIFF".utf8)
    append(UInt32(36 + dataSize), to: &bytes)
    bytes += Array("WAVEfmt ".utf8)
    append(UInt32(16), to: &bytes)
    append(UInt16(1), to: &bytes)
    append(UInt16(channels), to: &bytes)
    append(UInt32(sampleRate), to: &bytes)
    append(UInt32(sampleRate * channels * 2), to: &bytes)
    append(UInt16(channels * 2), to: &bytes)
    append(UInt16(16), to: &bytes)
    bytes += Array("data".utf8)
    append(UInt32(dataSize), to: &bytes)
    return bytes
  }

  private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    var rest = value
    for _ in 0..<(value.bitWidth / 8) {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }
}
