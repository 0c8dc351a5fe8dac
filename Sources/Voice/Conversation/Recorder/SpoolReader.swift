/// Where a spool is read from.
protocol SpoolSource: Sendable {
  /// Up to `count` bytes from `offset`; fewer only at the end.
  func read(_ count: Int, at offset: Int) throws(RecordingError) -> [UInt8]
}

/// The part of a spool in memory that has come and was not dropped.
struct SpoolWindow: SpoolSource {
  /// Where in the spool `bytes` begin.
  private var start = 0
  private var bytes: [UInt8] = []
  private var isWhole = false
  private var isClosed = false

  /// What comes next in the spool.
  mutating func append(_ piece: [UInt8]) {
    if !isClosed { bytes += piece }
  }

  /// Nothing comes any more.
  mutating func end() { isWhole = true }

  /// Nothing is wanted any more, whatever comes.
  mutating func close() {
    isClosed = true
    bytes = []
  }

  mutating func drop(before offset: Int) {
    guard !isClosed, offset > start else { return }
    bytes.removeFirst(min(offset - start, bytes.count))
    start = offset
  }

  /// Whether a header can be read, or will never be.
  var hasHeader: Bool { isWhole || bytes.count >= SpoolHeader.limit + 16 }

  /// Whether the record at `offset` can be read, or will never be.
  func hasRecord(at offset: Int) -> Bool {
    if isClosed { return false }
    var rest = bytes[min(max(0, offset - start), bytes.count)...]
    let count = rest.count
    guard !isWhole, let length = rest.takeNumber(4) else { return isWhole }
    return length > SpoolRecord.sealedLimit
      || count >= SpoolRecord.headBytes + Int(length) + SpoolRecord.checksumBytes
  }

  func read(_ count: Int, at offset: Int) -> [UInt8] {
    let from = min(max(0, offset - start), bytes.count)
    return Array(bytes[from..<from + min(count, bytes.count - from)])
  }
}

/// Walks a spool's records in order, without the key. Blocks as its source does, which is the same each
/// time.
struct SpoolReader {
  let header: SpoolHeader
  /// End of the last good record.
  private(set) var offset: Int
  private var sequence: UInt64 = 0
  private(set) var isSealed = false
  private(set) var lastTime: UInt64 = 0

  /// Records read so far, without the closing one.
  var records: Int { Int(sequence) - (isSealed ? 1 : 0) }

  init(_ source: some SpoolSource) throws(RecordingError) {
    let head = try source.read(12, at: 0)
    var rest = head.dropFirst(8)
    guard head.starts(with: SpoolHeader.magic), let length = rest.takeNumber(4),
      length <= SpoolHeader.limit
    else { throw RecordingError(.header, "file is not a recording spool") }
    let whole = try source.read(12 + Int(length) + 4, at: 0)
    var checksum = whole.suffix(4)
    guard whole.count == 16 + Int(length),
      checksum.takeNumber(4) == UInt64(CRC32C.checksum(whole.dropLast(4))),
      let header = SpoolHeader(fields: whole[12..<12 + Int(length)])
    else { throw RecordingError(.header, "recording header is damaged") }
    self.header = header
    offset = whole.count
  }

  /// The next good record; nil at the first that is torn, damaged or out of order, and at the end.
  mutating func next(in source: some SpoolSource) throws(RecordingError) -> SpoolRecord? {
    if isSealed { return nil }
    let head = try source.read(SpoolRecord.headBytes, at: offset)
    var rest = head[...]
    guard let length = rest.takeNumber(4), length <= UInt64(SpoolRecord.sealedLimit),
      let kind = rest.takeNumber(1).flatMap({ SpoolRecord.Kind(rawValue: UInt8($0)) }),
      let number = rest.takeNumber(8), number == sequence, let time = rest.takeNumber(8)
    else { return nil }
    let tail = try source.read(Int(length) + 4, at: offset + head.count)
    guard tail.count == Int(length) + 4 else { return nil }
    var checksum = tail.suffix(4)
    guard checksum.takeNumber(4) == UInt64(CRC32C.checksum(head + tail.dropLast(4))) else {
      return nil
    }
    offset += head.count + tail.count
    sequence += 1
    lastTime = time
    isSealed = kind != .audio
    return SpoolRecord(kind: kind, sequence: number, time: time, sealed: Array(tail.dropLast(4)))
  }
}
