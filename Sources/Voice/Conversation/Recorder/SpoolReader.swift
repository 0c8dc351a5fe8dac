/// Walks a spool file's records in order, without the key. Blocks.
struct SpoolReader {
  let header: SpoolHeader
  private let file: SpoolFile
  /// End of the last good record.
  private(set) var offset: Int
  private var sequence: UInt64 = 0
  private(set) var isSealed = false
  private(set) var lastTime: UInt64 = 0

  /// Records read so far, without the closing one.
  var records: Int { Int(sequence) - (isSealed ? 1 : 0) }

  init(_ file: SpoolFile) throws(RecordingError) {
    let head = try file.read(12, at: 0)
    var rest = head.dropFirst(8)
    guard head.starts(with: SpoolHeader.magic), let length = rest.takeNumber(4),
      length <= SpoolHeader.limit
    else { throw RecordingError(.header, "file is not a recording spool") }
    let whole = try file.read(12 + Int(length) + 4, at: 0)
    var checksum = whole.suffix(4)
    guard whole.count == 16 + Int(length),
      checksum.takeNumber(4) == UInt64(CRC32C.checksum(whole.dropLast(4))),
      let header = SpoolHeader(fields: whole[12..<12 + Int(length)])
    else { throw RecordingError(.header, "recording header is damaged") }
    self.file = file
    self.header = header
    offset = whole.count
  }

  /// The next good record; nil at the first that is torn, damaged or out of order, and at the end.
  mutating func next() throws(RecordingError) -> SpoolRecord? {
    if isSealed { return nil }
    let head = try file.read(SpoolRecord.headBytes, at: offset)
    var rest = head[...]
    guard let length = rest.takeNumber(4), length <= UInt64(SpoolRecord.sealedLimit),
      let kind = rest.takeNumber(1).flatMap({ SpoolRecord.Kind(rawValue: UInt8($0)) }),
      let number = rest.takeNumber(8), number == sequence, let time = rest.takeNumber(8)
    else { return nil }
    let tail = try file.read(Int(length) + 4, at: offset + head.count)
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
