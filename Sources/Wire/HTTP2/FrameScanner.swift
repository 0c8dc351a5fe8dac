/// Finds frame headers in the byte stream, whatever its borders, without looking at payloads.
///
/// nghttp2 reports neither unknown frames nor CONTINUATION one by one, so they are counted here, and
/// says nothing of DATA on a stream that it has forgotten.
struct FrameScanner {
  /// A frame header.
  struct Frame {
    let length: Int
    let type: UInt8
    let flags: UInt8
    /// Without the reserved bit.
    let stream: HTTP2StreamID

    var isData: Bool { type == 0 }
    var isHeaders: Bool { type == 1 }
    var isReset: Bool { type == 3 }

    /// Bytes of every frame's header.
    static let headerSize = 9

    /// DATA without a byte of a body, nor the end of one; padding of no bytes is a disguise.
    var isEmptyData: Bool {
      type == 0 && flags & 1 == 0 && (length == 0 || length == 1 && flags & 8 != 0)
    }
  }

  private var skip: Int
  /// The first five of nine bytes, the last four, and how many of all have come.
  private var header: (start: UInt64, stream: UInt32, count: Int) = (0, 0, 0)

  /// Whether a frame's header has come in part.
  var isMidHeader: Bool { header.count > 0 }

  /// `preface` bytes come before the first frame: 24 on a server, none on a client.
  init(preface: Int) {
    skip = preface
  }

  /// The next frame whose header is complete in `bytes`, looked for from `position`, which moves behind
  /// that header, or to the end when there is none.
  mutating func next(in bytes: UnsafeRawBufferPointer, at position: inout Int) -> Frame? {
    while position < bytes.count {
      if skip > 0 {
        let step = min(skip, bytes.count - position)
        skip -= step
        position += step
        continue
      }
      if header.count == 0, bytes.count - position >= 9 {
        let word = unsafe bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
        let id = unsafe bytes.loadUnaligned(fromByteOffset: position + 5, as: UInt32.self)
        header = (UInt64(bigEndian: word) >> 24, UInt32(bigEndian: id), 0)
        position += 9
      } else {
        let byte = unsafe bytes[position]
        if header.count < 5 {
          header.start = header.start << 8 | UInt64(byte)
        } else {
          header.stream = header.stream << 8 | UInt32(byte)
        }
        header.count += 1
        position += 1
        guard header.count == 9 else { continue }
      }
      let frame = Frame(
        length: Int(header.start >> 16), type: UInt8(truncatingIfNeeded: header.start >> 8),
        flags: UInt8(truncatingIfNeeded: header.start),
        stream: HTTP2StreamID(truncatingIfNeeded: header.stream & 0x7FFF_FFFF))
      skip = frame.length
      header = (0, 0, 0)
      return frame
    }
    return nil
  }
}
