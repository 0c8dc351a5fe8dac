internal import Glibc

/// Bytes at an address that stays put while libuv writes from it. Freed by `deallocate`.
@safe struct WriteBacklog {
  private var memory: UnsafeMutableRawPointer?
  private var capacity = 0
  private(set) var count = 0

  var bytes: UnsafeMutableRawBufferPointer {
    unsafe UnsafeMutableRawBufferPointer(start: memory, count: count)
  }

  mutating func append(_ more: UnsafeRawBufferPointer) {
    let needed = count + more.count
    if needed > capacity {
      capacity = max(needed, capacity * 2, 4096)
      unsafe memory = unsafe realloc(memory, capacity)
      unsafe precondition(memory != nil, "out of memory for \(capacity) bytes to write")
    }
    unsafe memcpy(memory! + count, more.baseAddress!, more.count)
    count = needed
  }

  /// Forgets the bytes; gives memory back after a burst.
  mutating func removeAll() {
    count = 0
    if capacity > 65536 { deallocate() }
  }

  mutating func deallocate() {
    unsafe free(memory)
    unsafe memory = nil
    capacity = 0
    count = 0
  }
}
