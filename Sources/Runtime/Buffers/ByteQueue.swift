/// Bytes in arrival order: appended at the tail, consumed at the head.
///
/// Consumed space is reused without copying when the queue runs empty and compacted when it
/// outgrows what is left, so a byte moves at most once on average. Not bounded: its owner bounds it.
public struct ByteQueue: Sendable {
  private var storage: [UInt8] = []
  private var head = 0

  /// Room kept by an emptied queue; a larger burst is given back to the allocator.
  private static let retainedCapacity = 64 * 1024

  /// An empty queue that has allocated nothing.
  public init() {}

  /// Bytes waiting to be consumed.
  public var count: Int { storage.count - head }

  /// Whether nothing waits.
  public var isEmpty: Bool { head == storage.count }

  /// Copies `bytes` to the tail.
  public mutating func append(_ bytes: UnsafeRawBufferPointer) {
    compactIfWorthwhile()
    storage.append(contentsOf: bytes)
  }

  /// Copies `bytes` to the tail.
  public mutating func append(contentsOf bytes: [UInt8]) {
    compactIfWorthwhile()
    if storage.isEmpty { storage = bytes } else { storage.append(contentsOf: bytes) }
  }

  /// Copies `bytes` to the tail.
  public mutating func append(contentsOf bytes: ArraySlice<UInt8>) {
    compactIfWorthwhile()
    storage.append(contentsOf: bytes)
  }

  /// Drops the first `n` bytes. `n` must not exceed `count`.
  public mutating func consume(_ n: Int) {
    precondition(n >= 0 && n <= count, "consuming \(n) of \(count) bytes")
    head += n
    if head == storage.count { removeAll() }
  }

  /// Drops everything.
  public mutating func removeAll() {
    storage.removeAll(keepingCapacity: storage.capacity <= Self.retainedCapacity)
    head = 0
  }

  /// Lends the waiting bytes, oldest first; the pointer is valid only inside `body`.
  public func withUnsafeBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    let head = head
    return try storage.withUnsafeBufferPointer { (all) throws(E) -> R in
      try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(all)[head...]))
    }
  }

  /// Removes and returns the first `n` bytes. `n` must not exceed `count`.
  public mutating func take(_ n: Int) -> [UInt8] {
    precondition(n >= 0 && n <= count, "taking \(n) of \(count) bytes")
    if head == 0, n == storage.count { return takeAll() }
    let taken = Array(storage[head..<head + n])
    consume(n)
    return taken
  }

  /// Removes and returns everything; without a copy when nothing was consumed before.
  public mutating func takeAll() -> [UInt8] {
    defer {
      storage = []
      head = 0
    }
    return head == 0 ? storage : Array(storage[head...])
  }

  private mutating func compactIfWorthwhile() {
    guard head > 0, head >= storage.count - head else { return }
    storage.removeSubrange(..<head)
    head = 0
  }
}
