/// Finds the close frame in what a peer sends and holds it back until all of it has come.
///
/// wslay 1.1.1 checks the text of a close frame piece by piece, and takes the first two bytes of
/// every piece for the code: a reason cut by the network would be refused, or not be looked at.
///
/// States: in a frame's header, in its payload, in the close frame, which is the last one.
struct CloseFrameGate {
  private var header: [UInt8] = []
  /// Bytes of the current frame's payload that have not come.
  private var left = 0
  private var close: [UInt8] = []
  private var isClosing = false
  private var isGiven = false

  /// The largest frame a close frame can be: two bytes, a mask, and 125 bytes.
  private static let largest = 2 + 4 + 125

  /// How many of the next bytes come before the close frame, and that frame once it is whole.
  mutating func admit(_ bytes: UnsafeRawBufferPointer) -> (count: Int, close: [UInt8]?) {
    var position = 0
    while position < bytes.count, !isClosing {
      if left > 0 {
        let step = min(left, bytes.count - position)
        left -= step
        position += step
      } else if header.isEmpty, unsafe bytes[position] & 0x0F == 8 {
        isClosing = true
      } else {
        unsafe header.append(bytes[position])
        position += 1
        readHeader()
      }
    }
    guard isClosing, !isGiven else { return (position, nil) }
    unsafe close += bytes[position...].prefix(Self.largest - close.count)
    guard isWhole else { return (position, nil) }
    isGiven = true
    return (position, close)
  }

  /// Whether the close frame has come, or one too long to be one, which wslay refuses.
  private var isWhole: Bool {
    guard close.count >= 2 else { return false }
    let length = Int(close[1] & 0x7F)
    return length > 125 || close.count >= 2 + (close[1] & 0x80 == 0 ? 0 : 4) + length
  }

  private mutating func readHeader() {
    guard header.count >= 2 else { return }
    let short = header[1] & 0x7F
    let extended = short == 126 ? 2 : short == 127 ? 8 : 0
    guard header.count == 2 + extended + (header[1] & 0x80 == 0 ? 0 : 4) else { return }
    let long = header[2..<2 + extended].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    // A length with the top bit is refused by wslay.
    left = Int(truncatingIfNeeded: extended == 0 ? UInt64(short) : long & .init(Int64.max))
    header.removeAll(keepingCapacity: true)
  }
}
