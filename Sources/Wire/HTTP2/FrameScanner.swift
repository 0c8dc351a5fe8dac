/// Finds frame headers in the byte stream, whatever its borders, without looking at payloads.
///
/// nghttp2 reports neither unknown frames nor CONTINUATION one by one, so they are counted here.
struct FrameScanner {
  /// A frame header's length, type and flags.
  struct Frame {
    let length: Int
    let type: UInt8
    let flags: UInt8

    /// DATA without a byte of a body, nor the end of one; padding of no bytes is a disguise.
    var isEmptyData: Bool {
      type == 0 && flags & 1 == 0 && (length == 0 || length == 1 && flags & 8 != 0)
    }
  }

  private var skip: Int
  private var header: (UInt64, Int) = (0, 0)

  /// Whether a frame's header has come in part.
  var isMidHeader: Bool { header.1 > 0 }

  /// `preface` bytes come before the first frame: 24 on a server, none on a client.
  init(preface: Int) {
    skip = preface
  }

  /// Calls `visit` for each frame that begins in `bytes`; stops early when it answers false.
  mutating func scan(_ bytes: UnsafeRawBufferPointer, _ visit: (Frame) -> Bool) -> Bool {
    var position = 0
    while position < bytes.count {
      if skip > 0 {
        let step = min(skip, bytes.count - position)
        skip -= step
        position += step
        continue
      }
      // The first five of nine bytes say all we ask for: length, type, flags.
      if header.1 == 0, bytes.count - position >= 9 {
        let word = unsafe bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
        header.0 = UInt64(bigEndian: word) >> 24
        position += 9
      } else {
        if header.1 < 5 { header.0 = unsafe header.0 << 8 | UInt64(bytes[position]) }
        header.1 += 1
        position += 1
        guard header.1 == 9 else { continue }
      }
      let frame = Frame(
        length: Int(header.0 >> 16), type: UInt8(truncatingIfNeeded: header.0 >> 8),
        flags: UInt8(truncatingIfNeeded: header.0))
      skip = frame.length
      header = (0, 0)
      if !visit(frame) { return false }
    }
    return true
  }
}
