/// Writes a message that was scanned and found odd as one protobuf-c reads rightly.
///
/// - A singular message sent in parts becomes one: parts of a message, put after each other, parse
///   as their merge.
/// - Of a oneof only what follows the last change of member stays.
/// - Everything protobuf-c does not know or would refuse is gathered, as it came, into the one
///   unknown field ``CMessage/carrier``; in a map entry it is dropped.
///
/// The input has passed ``Scanner``, so errors here are not expected, but they stay errors.
@safe
struct Rewriter {
  let limit: Int

  /// The rewritten message of `bytes`.
  func rewrite(
    _ bytes: UnsafeRawBufferPointer, _ table: UnsafePointer<ScanTable>, depth: Int = 1
  ) throws(ProtobufError) -> [UInt8] {
    guard depth <= limit else { throw .tooDeep(limit) }
    let survey = try unsafe Survey(bytes, table)
    var pass = Pass(rewriter: self, survey: survey, depth: depth)
    pass.output.reserveCapacity(bytes.count + 16)
    var cursor = unsafe WireCursor(bytes)
    while !cursor.isAtEnd { try unsafe pass.step(&cursor, table) }
    if !pass.unknown.isEmpty, unsafe !table.pointee.isMapEntry {
      pass.output += CMessage.carrierTag
      WireFormat.appendVarint(UInt64(pass.unknown.count), to: &pass.output)
      pass.output += pass.unknown
    }
    return pass.output
  }

  /// What has to be known before the first byte is written: where things happen for the last time.
  private struct Survey {
    /// Offset of the last part of each singular message field.
    var lastPart: [Int: Int] = [:]
    /// For each oneof: the member set last, and the offset from where only it is set.
    var oneofs: [Int16: (member: Int, since: Int)] = [:]

    init(
      _ bytes: UnsafeRawBufferPointer, _ table: UnsafePointer<ScanTable>
    ) throws(ProtobufError) {
      var cursor = unsafe WireCursor(bytes)
      while !cursor.isAtEnd {
        let start = cursor.offset
        let tag = try cursor.tag()
        let field = unsafe table.pointee.field(tag.number)
        try cursor.skipAny(tag)
        guard field.accepts(tag.wire), !field.isRepeated else { continue }
        if field.role == .message { lastPart[tag.number] = start }
        if field.oneof >= 0, oneofs[field.oneof]?.member != tag.number {
          oneofs[field.oneof] = (tag.number, start)
        }
      }
    }
  }

  private struct Pass {
    let rewriter: Rewriter
    let survey: Survey
    let depth: Int
    var output: [UInt8] = []
    var unknown: [UInt8] = []
    private var parts: [Int: [UInt8]] = [:]

    init(rewriter: Rewriter, survey: Survey, depth: Int) {
      self.rewriter = rewriter
      self.survey = survey
      self.depth = depth
    }

    mutating func step(
      _ cursor: inout WireCursor, _ table: UnsafePointer<ScanTable>
    ) throws(ProtobufError) {
      let start = cursor.offset
      let tag = try cursor.tag()
      let field = unsafe table.pointee.field(tag.number)
      let payload = try cursor.skipAny(tag)
      let whole = unsafe cursor.bytes(start..<cursor.offset)
      guard field.accepts(tag.wire) else { return unsafe unknown.append(contentsOf: whole) }
      if field.oneof >= 0, let oneof = survey.oneofs[field.oneof], start < oneof.since { return }
      guard field.role == .message, let child = unsafe field.child else {
        return unsafe output.append(contentsOf: whole)
      }
      let bytes = unsafe cursor.bytes(payload)
      if field.isRepeated { return try unsafe emit(tag.number, bytes, child) }
      let isLast = survey.lastPart[tag.number] == start
      if isLast, parts[tag.number] == nil { return try unsafe emit(tag.number, bytes, child) }
      unsafe parts[tag.number, default: []].append(contentsOf: bytes)
      if isLast, let all = parts.removeValue(forKey: tag.number) {
        try unsafe withBytes(all) { (all) throws(ProtobufError) in
          try unsafe emit(tag.number, all, child)
        }
      }
    }

    private mutating func emit(
      _ number: Int, _ bytes: UnsafeRawBufferPointer, _ table: UnsafePointer<ScanTable>
    ) throws(ProtobufError) {
      let inner = try unsafe rewriter.rewrite(bytes, table, depth: depth + 1)
      WireFormat.appendTag(number, WireFormat.delimited, to: &output)
      WireFormat.appendVarint(UInt64(inner.count), to: &output)
      output += inner
    }
  }
}

extension WireCursor {
  /// Steps over the value of `tag`, groups included; answers the payload of a delimited one.
  @discardableResult
  mutating func skipAny(_ tag: Tag) throws(ProtobufError) -> Range<Int> {
    switch tag.wire {
    case WireFormat.delimited: return try delimited()
    case WireFormat.startGroup: try skipGroup(tag.number, depth: 0, limit: .max)
    default: try skip(tag.wire)
    }
    return offset..<offset
  }
}
