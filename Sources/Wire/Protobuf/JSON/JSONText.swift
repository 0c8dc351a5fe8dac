internal import Buffers

/// JSON being written: bytes in memory of its own that grows as needed.
///
/// An array would ask whether it is shared and has room at each of the many short appends.
@safe
struct JSONText: ~Copyable {
  private var start: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int = 512) {
    unsafe start = .allocate(capacity: capacity)
    self.capacity = capacity
  }

  deinit { unsafe start.deallocate() }

  /// What has been written.
  var bytes: [UInt8] { unsafe Array(UnsafeBufferPointer(start: start, count: count)) }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    if count == capacity { grow(by: 1) }
    unsafe start[count] = byte
    count += 1
  }

  @inline(__always)
  mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let source = bytes.baseAddress else { return }
    if capacity - count < bytes.count { grow(by: bytes.count) }
    unsafe (start + count).update(from: source, count: bytes.count)
    count += bytes.count
  }

  mutating func append(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBufferPointer { bytes in unsafe append(bytes) }
  }

  mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { bytes in unsafe append(bytes) }
  }

  /// Lets `body` write up to `room` bytes and say how many they were.
  mutating func append(room: Int, _ body: (UnsafeMutablePointer<UInt8>) -> Int) {
    if capacity - count < room { grow(by: room) }
    count += unsafe body(start + count)
  }

  @inline(never)
  private mutating func grow(by more: Int) {
    let larger = max(capacity * 2, count + more)
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    unsafe memory.update(from: start, count: count)
    unsafe start.deallocate()
    unsafe start = memory
    capacity = larger
  }
}

/// Text that stands in a JSON string as it is.
enum PlainText {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highBits: UInt64 = 0x8080_8080_8080_8080

  /// How many bytes come before the first quote, backslash or control character.
  @inline(__always)
  static func prefix(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int {
    var at = 0
    while at < count {
      let left = min(count &- at, 8)
      let special = specials(unsafe ByteWords.load(UnsafeRawPointer(start) + at, left))
      // Above a part of a word stands anything.
      let found = special.trailingZeroBitCount &>> 3
      if found < left { return at &+ found }
      at &+= left
    }
    return count
  }

  /// The high bit of each byte that is not plain; above the lowest of them others may be set too.
  @inline(__always)
  private static func specials(_ word: UInt64) -> UInt64 {
    let controls = (word &- ones &* 0x20) & ~word
    let quotes = zeros(word ^ ones &* UInt64(UInt8(ascii: "\"")))
    let backslashes = zeros(word ^ ones &* UInt64(UInt8(ascii: "\\")))
    return (controls | quotes | backslashes) & highBits
  }

  @inline(__always)
  private static func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }
}
