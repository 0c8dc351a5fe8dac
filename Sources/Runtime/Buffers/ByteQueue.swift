internal import Glibc

/// Bytes in arrival order: appended at the tail, consumed at the head.
///
/// They lie in one block of memory, as to append a short piece to an Array costs five times as much.
/// Consumed space is reused without copying when the queue runs empty and compacted when it
/// outgrows what is left, so a byte moves at most once on average. A long array that comes alone is
/// shared and not copied. Not bounded: its owner bounds it.
public struct ByteQueue: ~Copyable {
  private var memory: UnsafeMutableRawPointer?
  /// What `head` and `tail` count in instead of `memory`, which is nil then.
  private var shared: [UInt8]?
  private var capacity = 0
  private var head = 0
  private var tail = 0

  /// Room kept by an emptied queue; a larger burst is given back to the allocator.
  private static let retainedCapacity = 64 * 1024
  private static let smallestCapacity = 256
  /// To copy less costs no more than to give up the queue's own memory for it.
  private static let smallestShared = 16 * 1024

  /// An empty queue that has allocated nothing.
  public init() {}

  deinit { memory?.deallocate() }

  /// Bytes waiting to be consumed.
  public var count: Int { tail - head }

  /// Whether nothing waits.
  public var isEmpty: Bool { head == tail }

  /// Makes room for `count` more bytes at once.
  public mutating func reserve(_ count: Int) {
    if capacity - tail < count { makeRoom(for: count) }
  }

  /// Copies `bytes` to the tail.
  public mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, bytes.count > 0 else { return }
    reserve(bytes.count)
    memcpy(memory! + tail, source, bytes.count)
    tail += bytes.count
  }

  /// Copies `bytes` to the tail.
  public mutating func append(contentsOf bytes: [UInt8]) {
    bytes.withUnsafeBytes { append($0) }
  }

  /// Puts `bytes` at the tail; a long array in an empty queue stays the caller's memory, so that what
  /// thousands are answered with is there once.
  public mutating func append(sharing bytes: [UInt8]) {
    guard isEmpty, bytes.count >= Self.smallestShared else { return append(contentsOf: bytes) }
    memory?.deallocate()
    memory = nil
    capacity = 0
    shared = bytes
    tail = bytes.count
  }

  /// Drops the first `n` bytes. `n` must not exceed `count`.
  public mutating func consume(_ n: Int) {
    precondition(n >= 0 && n <= count, "our bug: consuming \(n) of \(count) bytes")
    head += n
    if head == tail { removeAll() }
  }

  /// Drops everything.
  public mutating func removeAll() {
    head = 0
    tail = 0
    if shared != nil { shared = nil }
    guard capacity > Self.retainedCapacity else { return }
    memory?.deallocate()
    memory = nil
    capacity = 0
  }

  /// Lends the waiting bytes, oldest first; the pointer is valid only inside `body`.
  public func withUnsafeBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    guard let shared else {
      return try body(UnsafeRawBufferPointer(start: memory.map { $0 + head }, count: count))
    }
    return try shared.withUnsafeBufferPointer { (bytes) throws(E) in
      try body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[head..<tail])))
    }
  }

  @inline(never)
  private mutating func makeRoom(for size: Int) {
    let waiting = count
    if let memory, head >= waiting, waiting + size <= capacity {
      memcpy(memory, memory + head, waiting)
    } else {
      let room = max(Self.smallestCapacity, waiting + size, capacity * 2)
      let block = UnsafeMutableRawPointer.allocate(byteCount: room, alignment: 16)
      withUnsafeBytes { bytes in
        if let start = bytes.baseAddress { memcpy(block, start, waiting) }
      }
      memory?.deallocate()
      shared = nil
      memory = block
      capacity = room
    }
    head = 0
    tail = waiting
  }
}
