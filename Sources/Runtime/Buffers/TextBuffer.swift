/// Text being written piece by piece: bytes in memory of its own that grows as needed.
///
/// An array would ask whether it is shared and has room at each of the many short appends. Inlinable,
/// as each of them is a few instructions.
public struct TextBuffer: ~Copyable {
  @usableFromInline var start: UnsafeMutablePointer<UInt8>
  @usableFromInline var capacity: Int
  /// Bytes written so far.
  @inlinable public var count: Int { used }
  @usableFromInline var used = 0

  /// Room for `capacity` bytes before it grows.
  public init(capacity: Int = 512) {
    start = .allocate(capacity: capacity)
    self.capacity = capacity
  }

  deinit { start.deallocate() }

  /// What has been written.
  public var bytes: [UInt8] { Array(UnsafeBufferPointer(start: start, count: used)) }

  /// The same as text; what is not UTF-8 is replaced.
  public var string: String {
    String(decoding: UnsafeBufferPointer(start: start, count: used), as: UTF8.self)
  }

  /// Appends a byte.
  @inlinable @inline(__always)
  public mutating func append(_ byte: UInt8) {
    if used == capacity { grow(by: 1) }
    start[used] = byte
    used &+= 1
  }

  /// Appends bytes.
  @inlinable @inline(__always)
  public mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let source = bytes.baseAddress else { return }
    if capacity &- used < bytes.count { grow(by: bytes.count) }
    (start + used).update(from: source, count: bytes.count)
    used &+= bytes.count
  }

  /// Appends bytes.
  @inlinable
  public mutating func append(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { append($0) }
  }

  /// Appends a constant.
  @inlinable @inline(__always)
  public mutating func append(_ constant: StaticString) {
    append(UnsafeBufferPointer(start: constant.utf8Start, count: constant.utf8CodeUnitCount))
  }

  /// Appends a text's UTF-8.
  @inlinable
  public mutating func append(text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }

  /// Appends bytes up to the first that JSON would escape in a string; how many they were.
  @inlinable
  public mutating func append(plainPrefixOf bytes: UnsafeBufferPointer<UInt8>) -> Int {
    guard let source = bytes.baseAddress else { return 0 }
    if capacity &- used < bytes.count &+ 8 { grow(by: bytes.count &+ 8) }
    let copied = JSONText.copyPlainPrefix(source, bytes.count, to: start + used)
    used &+= copied
    return copied
  }

  /// Appends decimal digits, at most 19 and a sign.
  public mutating func append(decimal value: Int) {
    var rest = value.magnitude
    if value < 0 { append(UInt8(ascii: "-")) }
    var (count, limit) = (1, 10 as UInt)
    // Ten to the 19th is above every magnitude, and still a UInt.
    while rest >= limit, count < 19 { (count, limit) = (count + 1, limit &* 10) }
    append(room: count) { digits in
      for place in stride(from: count - 1, through: 0, by: -1) {
        digits[place] = 48 + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      }
      return count
    }
  }

  /// Lets `body` write up to `room` bytes and say how many they were.
  @inlinable @inline(__always)
  public mutating func append(room: Int, _ body: (UnsafeMutablePointer<UInt8>) -> Int) {
    if capacity &- used < room { grow(by: room) }
    used &+= body(start + used)
  }

  /// Begins anew in the same memory.
  public mutating func removeAll() { used = 0 }

  @usableFromInline @inline(never)
  mutating func grow(by more: Int) {
    let larger = max(capacity * 2, used + more)
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    memory.update(from: start, count: used)
    start.deallocate()
    start = memory
    capacity = larger
  }
}
