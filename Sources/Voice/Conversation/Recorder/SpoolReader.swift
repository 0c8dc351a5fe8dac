/// Where a spool is read from.
protocol SpoolSource: Sendable {
  /// Up to `count` bytes from `offset`; fewer only at the end.
  func read(_ count: Int, at offset: Int) throws(RecordingError) -> [UInt8]
}

/// A spool in memory.
struct SpoolBytes: SpoolSource {
  let bytes: [UInt8]

  func read(_ count: Int, at offset: Int) -> [UInt8] {
    let start = min(offset, bytes.count)
    return Array(bytes[start..<start + min(count, bytes.count - start)])
  }
}

/// Walks a spool's records in order, without the key. Blocks as its source does.
struct SpoolReader<Source: SpoolSource> {
  let header: SpoolHeader
  private let source: Source
  /// End of the last good record.
  private(set) var offset: Int
  private var sequence: UInt64 = 0
  private(set) var isSealed = false
  private(set) var lastTime: UInt64 = 0

  /// Records read so far, without the closing one.
  var records: Int { Int(sequence) - (isSealed ? 1 : 0) }

  init(_ source: Source) throws(RecordingError) {
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
    self.source = source
    self.header = header
    offset = whole.count
  }

  /// The next good record; nil at the first that is torn, damaged or out of order, and at the end.
  mutating func next() throws(RecordingError) -> SpoolRecord? {
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
