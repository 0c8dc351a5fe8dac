internal import Glibc

/// Bytes in one block of memory that grows and is kept.
///
/// Header fields arrive as dozens of short pieces; to append one to an Array costs five times as
/// much.
@unsafe
struct ByteStore: ~Copyable {
  private var start: UnsafeMutableRawPointer?
  private var capacity = 0
  private(set) var count = 0

  private static let smallest = 512

  /// No bytes, and no memory yet.
  init() {}

  deinit { unsafe start?.deallocate() }

  /// Copies `bytes` to the end.
  @inline(__always)
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, bytes.count > 0 else { return }
    if unsafe capacity - count < bytes.count { unsafe grow(by: bytes.count) }
    unsafe memcpy(start! + count, source, bytes.count)
    unsafe count += bytes.count
  }

  /// Drops the bytes behind the first `count`; keeps the memory.
  mutating func truncate(to count: Int) { unsafe self.count = count }

  /// The bytes from an offset on; valid until the next change.
  subscript(from offset: Int) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: start.map { unsafe $0 + offset }, count: count - offset)
  }

  @inline(never)
  private mutating func grow(by size: Int) {
    let room = unsafe max(Self.smallest, (count + size) * 2)
    let block = UnsafeMutableRawPointer.allocate(byteCount: room, alignment: 16)
    if let old = unsafe start {
      unsafe memcpy(block, old, count)
      unsafe old.deallocate()
    }
    unsafe start = unsafe block
    unsafe capacity = room
  }
}
