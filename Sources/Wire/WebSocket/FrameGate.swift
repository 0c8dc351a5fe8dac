/// Gives wslay one frame of the peer's at a time, and the close frame whole.
///
/// One at a time, as wslay answers a broken frame before its caller sees the messages ahead of it:
/// their answers would be lost. Whole, as wslay 1.1.1 checks the text of a close frame piece by piece
/// and takes the first two bytes of every piece for the code: a reason cut by the network would be
/// refused, or not be looked at.
///
/// It also counts what a message in part holds, which wslay does not tell.
///
/// States: in a frame's header, in its payload, in the close frame, which is the last one.
struct FrameGate {
  private var header: [UInt8] = []
  /// Bytes of the current frame's payload that have not come.
  private var left = 0
  /// Whether the current frame is one of data, and whether its message ends with it.
  private var isData = false
  private var isLast = false
  /// What the message in part holds: its payload, and what wslay needs for each frame of it.
  private(set) var partialBytes = 0
  private var close: [UInt8] = []
  /// Whether what comes now is the close frame, or comes after it.
  private(set) var isClosing = false
  /// The code of the close frame where wslay does not know it, and is given ``standIn``.
  private(set) var replacedCode: UInt16?
  private var isGiven = false

  /// What wslay 1.1.1 allocates for a frame beside its payload, about 96 bytes; none when empty.
  private static let frameOverhead = 100

  /// The largest frame a close frame can be: two bytes, a mask, and 125 bytes.
  private static let largest = 2 + 4 + 125

  /// Service restart, try again later, bad gateway: registered with IANA after RFC 6455 (7.4.2).
  private static let laterCodes: ClosedRange<UInt16> = 1012...1014
  /// Going away; wslay returns it to the peer.
  private static let standIn: UInt16 = 1001

  /// How many of the next bytes belong to one frame, and the close frame once it is whole.
  mutating func admit(_ bytes: UnsafeRawBufferPointer) -> (count: Int, close: [UInt8]?) {
    var position = 0
    while position < bytes.count, !isClosing {
      if left > 0 {
        let step = min(left, bytes.count - position)
        left -= step
        position += step
        if isData { partialBytes += step }
        if left == 0 {
          endFrame()
          return (position, nil)
        }
      } else if header.isEmpty, unsafe bytes[position] & 0x0F == 8 {
        isClosing = true
      } else {
        unsafe header.append(bytes[position])
        position += 1
        readHeader()
        if header.isEmpty, left == 0 {
          endFrame()
          return (position, nil)
        }
      }
    }
    guard isClosing, !isGiven else { return (position, nil) }
    unsafe close += bytes[position...].prefix(Self.largest - close.count)
    guard let count = closeCount, close.count >= count else { return (position, nil) }
    isGiven = true
    // What came behind it is no part of it: a code is not to be made of that.
    close.removeLast(close.count - count)
    replaceCode()
    return (position, close)
  }

  /// Whether a frame has come in part, the close frame aside.
  var isMidFrame: Bool { left > 0 || !header.isEmpty }

  private mutating func endFrame() {
    if isData, isLast { partialBytes = 0 }
  }

  /// Bytes of the close frame, once its head tells; the head alone of one too long to be one, which
  /// wslay refuses.
  private var closeCount: Int? {
    guard close.count >= 2 else { return nil }
    let length = Int(close[1] & 0x7F)
    return length > 125 ? 2 : 2 + (close[1] & 0x80 == 0 ? 0 : 4) + length
  }

  private mutating func replaceCode() {
    let isMasked = close[1] & 0x80 != 0
    let (high, low) = isMasked ? (6, 7) : (2, 3)
    guard close.count > low else { return }
    let mask = isMasked ? (close[2], close[3]) : (0, 0)
    let code = UInt16(close[high] ^ mask.0) << 8 | UInt16(close[low] ^ mask.1)
    guard Self.laterCodes.contains(code) else { return }
    replacedCode = code
    close[high] = UInt8(Self.standIn >> 8) ^ mask.0
    close[low] = UInt8(Self.standIn & 0xFF) ^ mask.1
  }

  private mutating func readHeader() {
    guard header.count >= 2 else { return }
    let short = header[1] & 0x7F
    let extended = short == 126 ? 2 : short == 127 ? 8 : 0
    guard header.count == 2 + extended + (header[1] & 0x80 == 0 ? 0 : 4) else { return }
    let long = header[2..<2 + extended].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    // A length with the top bit is refused by wslay.
    left = Int(truncatingIfNeeded: extended == 0 ? UInt64(short) : long & .init(Int64.max))
    // Control frames come between those of a message, and are none of them.
    isData = header[0] & 0x0F < 8
    isLast = header[0] & 0x80 != 0
    if isData, left > 0 { partialBytes += Self.frameOverhead }
    header.removeAll(keepingCapacity: true)
  }
}
