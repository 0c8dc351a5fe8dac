internal import Glibc

/// Text so short that a String holds it without memory of its own.
///
/// Most strings of an API are: names, ids, codes. The general way checks and copies byte by byte.
enum ShortText {
  /// Bytes that fit into a String itself.
  static let limit = 15

  /// The text of `count` bytes, 1 to ``limit``; nil when one is not ASCII.
  @inline(__always)
  static func ascii(_ data: UnsafePointer<UInt8>, _ count: Int) -> String? {
    guard unsafe isASCII(UnsafeRawPointer(data), count) else { return nil }
    return unsafe String(unsafeUninitializedCapacity: count) { buffer in
      unsafe memcpy(buffer.baseAddress!, data, count)
      return count
    }
  }

  /// Two loads, which may overlap, see every byte.
  @inline(__always)
  private static func isASCII(_ data: UnsafeRawPointer, _ count: Int) -> Bool {
    if count >= 8 {
      let first = unsafe data.loadUnaligned(as: UInt64.self)
      let last = unsafe data.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
      return (first | last) & 0x8080_8080_8080_8080 == 0
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
