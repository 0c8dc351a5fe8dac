internal import Glibc

/// Strings of ASCII, which most of an API are: names, ids, codes. The general way checks and copies
/// byte by byte.
enum ASCIIText {
  /// Bytes that fit into a String itself, without memory of its own.
  private static let inlineLimit = 15

  /// The text of `count` bytes, at least one; nil when one is not ASCII.
  @inline(__always)
  static func string(_ data: UnsafePointer<UInt8>, _ count: Int) -> String? {
    guard unsafe isASCII(UnsafeRawPointer(data), count) else { return nil }
    guard count <= inlineLimit else { return unsafe stored(data, count) }
    return unsafe String(unsafeUninitializedCapacity: count) { buffer in
      unsafe memcpy(buffer.baseAddress!, data, count)
      return count
    }
  }

  private static func stored(_ data: UnsafePointer<UInt8>, _ count: Int) -> String {
    let bytes = unsafe UnsafeBufferPointer(start: data, count: count)
    return unsafe String(copying: UTF8Span(unchecked: bytes.span, isKnownASCII: true))
  }

  /// Loads that may overlap see every byte.
  @inline(__always)
  private static func isASCII(_ data: UnsafeRawPointer, _ count: Int) -> Bool {
    if count >= 8 {
      var seen = unsafe data.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
      var offset = 0
      while offset < count - 8 {
        unsafe seen |= data.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        offset += 8
      }
      return seen & 0x8080_8080_8080_8080 == 0
    }
    if count >= 4 {
      let first = unsafe data.loadUnaligned(as: UInt32.self)
      let last = unsafe data.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
      return (first | last) & 0x8080_8080 == 0
    }
    let first = unsafe data.load(as: UInt8.self)
    let middle = unsafe data.load(fromByteOffset: count / 2, as: UInt8.self)
    let last = unsafe data.load(fromByteOffset: count - 1, as: UInt8.self)
    return (first | middle | last) & 0x80 == 0
  }
}
