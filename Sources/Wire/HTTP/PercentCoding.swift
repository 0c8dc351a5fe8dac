internal import Buffers

/// Percent coding (RFC 3986, 2.1).
public enum PercentCoding {
  /// Which bytes stay as they are when text is encoded.
  public enum Kept: Sendable {
    /// Letters, digits, `-`, `.`, `_`, `~`: right for one path segment, query key or query value.
    case unreserved
    /// Those and `/`: right for a whole path.
    case path
  }

  /// The bytes `text` stands for; nil when an escape is cut short or not hexadecimal.
  ///
  /// With `plusIsSpace`, `+` is a space as HTML forms write it.
  public static func decode(
    _ text: some Sequence<UInt8>, plusIsSpace: Bool = false
  ) -> [UInt8]? {
    // Generic code takes hundreds of instructions a byte, so it does no more than find them.
    let decoded = text.withContiguousStorageIfAvailable {
      decode(bytes: UnsafeRawBufferPointer($0), plusIsSpace)
    }
    if let decoded { return decoded }
    return Array(text).withUnsafeBytes { decode(bytes: $0, plusIsSpace) }
  }

  private static func decode(bytes: UnsafeRawBufferPointer, _ plusIsSpace: Bool) -> [UInt8]? {
    let percent = UInt8(ascii: "%")
    if !plusIsSpace, !ByteWords.contains(percent...percent, in: bytes) { return Array(bytes) }
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == percent {
        guard bytes.count - index >= 2, let high = hexValue(bytes[index]),
          let low = hexValue(bytes[index + 1])
        else { return nil }
        output.append(high << 4 | low)
        index += 2
      } else {
        output.append(plusIsSpace && byte == UInt8(ascii: "+") ? 32 : byte)
      }
    }
    return output
  }

  /// The text `text` stands for; nil for a broken escape or bytes that are not UTF-8.
  public static func decodeText(
    _ text: some StringProtocol, plusIsSpace: Bool = false
  ) -> String? {
    decode(text.utf8, plusIsSpace: plusIsSpace).flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// `bytes` with everything but `kept` escaped in upper-case hexadecimal.
  public static func encode(_ bytes: some Sequence<UInt8>, keeping kept: Kept = .unreserved)
    -> String
  {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.underestimatedCount)
    for byte in bytes {
      if isUnreserved(byte) || (kept == .path && byte == UInt8(ascii: "/")) {
        output.append(byte)
      } else {
        output.append(UInt8(ascii: "%"))
        output.append(hexDigits[Int(byte >> 4)])
        output.append(hexDigits[Int(byte & 15)])
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// `text` with everything but `kept` escaped.
  public static func encode(_ text: some StringProtocol, keeping kept: Kept = .unreserved) -> String
  {
    encode(text.utf8, keeping: kept)
  }

  private static let hexDigits = Array("0123456789ABCDEF".utf8)

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, 45, 46, 95, 126: true
    default: false
    }
  }

  private static func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 65...70: byte - 55
    case 97...102: byte - 87
    default: nil
    }
  }
}
