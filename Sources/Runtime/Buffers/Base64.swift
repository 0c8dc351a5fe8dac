/// Base64 of RFC 4648, in both alphabets.
///
/// Table-driven: three bytes are two table look-ups when encoding, one check per four characters
/// when decoding. Pure and safe to call from any thread.
public enum Base64 {
  /// Which characters stand for 62 and 63.
  public enum Variant: Sendable {
    /// `+` and `/`.
    case standard
    /// `-` and `_`.
    case urlSafe
  }

  /// `bytes` as text, with `=` to a multiple of four when `padded`.
  public static func encode(
    _ bytes: UnsafeRawBufferPointer, variant: Variant = .standard, padded: Bool = true
  ) -> String {
    let length = encodedLength(bytes.count, padded: padded)
    return String(unsafeUninitializedCapacity: length) { out in
      write(bytes, to: out.baseAddress, variant: variant, padded: padded)
      return length
    }
  }

  /// `bytes` as text, with `=` to a multiple of four when `padded`.
  public static func encode(
    _ bytes: [UInt8], variant: Variant = .standard, padded: Bool = true
  ) -> String {
    bytes.withUnsafeBytes { encode($0, variant: variant, padded: padded) }
  }

  /// Appends the text of `bytes` to `output`, without a String between.
  public static func append(
    _ bytes: UnsafeRawBufferPointer, to output: inout [UInt8], variant: Variant = .standard,
    padded: Bool = true
  ) {
    let length = encodedLength(bytes.count, padded: padded)
    let text = [UInt8](unsafeUninitializedCapacity: length) { out, count in
      write(bytes, to: out.baseAddress, variant: variant, padded: padded)
      count = length
    }
    output.append(contentsOf: text)
  }

  /// Writes the text of `bytes`, padded and in the standard alphabet, to `out`, which has room for
  /// ``encodedLength(_:padded:)``; how long it is.
  public static func write(
    _ bytes: UnsafeRawBufferPointer, to out: UnsafeMutablePointer<UInt8>
  ) -> Int {
    write(bytes, to: out, variant: .standard, padded: true)
    return encodedLength(bytes.count)
  }

  /// Characters that `count` bytes take.
  public static func encodedLength(_ count: Int, padded: Bool = true) -> Int {
    padded ? (count + 2) / 3 * 4 : (count * 4 + 2) / 3
  }

  private static func write(
    _ bytes: UnsafeRawBufferPointer, to out: UnsafeMutablePointer<UInt8>?, variant: Variant,
    padded: Bool
  ) {
    guard let out, let source = bytes.baseAddress else { return }
    let pairs = Base64Tables.pairs(variant)
    let target = UnsafeMutableRawPointer(out)
    let whole = bytes.count / 3
    for group in 0..<whole {
      let at = source + group * 3
      let high =
        Int(at.load(as: UInt8.self)) << 4 | Int(at.load(fromByteOffset: 1, as: UInt8.self)) >> 4
      let low =
        (Int(at.load(fromByteOffset: 1, as: UInt8.self)) & 15) << 8
        | Int(at.load(fromByteOffset: 2, as: UInt8.self))
      target.storeBytes(
        of: UInt32(pairs[high]) | UInt32(pairs[low]) << 16, toByteOffset: group * 4, as: UInt32.self
      )
    }
    let rest = UnsafeRawBufferPointer(rebasing: bytes[(whole * 3)...])
    writeTail(rest, to: out + whole * 4, pairs: pairs, padded: padded)
  }

  private static func writeTail(
    _ rest: UnsafeRawBufferPointer, to out: UnsafeMutablePointer<UInt8>,
    pairs: UnsafePointer<UInt16>, padded: Bool
  ) {
    guard rest.count > 0 else { return }
    let first = pairs[Int(rest[0]) << 4 | (rest.count > 1 ? Int(rest[1]) >> 4 : 0)]
    out[0] = UInt8(truncatingIfNeeded: first)
    out[1] = UInt8(truncatingIfNeeded: first >> 8)
    if rest.count > 1 {
      out[2] = UInt8(truncatingIfNeeded: pairs[(Int(rest[1]) & 15) << 8])
    } else if padded {
      out[2] = UInt8(ascii: "=")
    }
    if padded { out[3] = UInt8(ascii: "=") }
  }
}
