internal import Buffers
internal import CNghttp2

/// Everything the C callbacks touch. Lives at one address that nghttp2 holds as its user data.
@unsafe
struct SessionCore: ~Copyable {
  /// The header block being received; its fields are the last ones of the inbox.
  struct Block {
    var stream: HTTP2StreamID = 0
    var kind = HTTP2HeaderKind.request
    var firstField = 0
    var firstByte = 0
    var size = 0
    var isOpen = false
    var isTooLarge = false
  }

  /// An error of the connection, and what its GOAWAY says.
  struct Violation {
    let code: HTTP2ErrorCode
    let text: String
  }

  let role: HTTP2Role
  let configuration: HTTP2Configuration
  var streams = unsafe StreamTable()
  var inbox = unsafe SessionInbox()
  private var spare = unsafe SessionInbox()
  var block = Block()
  var output: [UInt8] = []
  /// The size of `output` at which framing pauses.
  var outputEnd = Int.max
  var scanner: FrameScanner
  var meter: AbuseMeter
  /// The limit the peer ran into in the current call.
  var trip: HTTP2Abuse?
  /// What the peer did that RFC 9113 makes an error of the connection, and nghttp2 does not.
  var violation: Violation?
  /// The highest stream that we have reset.
  var lastReset: HTTP2StreamID = 0
  /// DATA bytes of the current receive, to be given back to the connection.
  var connectionCredit = 0
  /// HEADERS and DATA frames sent so far.
  var framesSent: UInt64 = 0
  /// Bytes of all streams that were submitted and are not framed yet.
  var queuedBytes = 0
  var isGoAwaySent = false
  /// The code of the GOAWAY we asked for last; another one is nghttp2's own.
  var goAwayCode = HTTP2ErrorCode.noError.rawValue
  /// Counts calls of `receive`.
  var batch: UInt32 = 0
  /// What a server sends first, until it is taken.
  var firstFlight: [UInt8] = []
  /// The lists of the thread that is inside of nghttp2 for long, so that each block need not ask.
  var memory: UnsafeMutablePointer<SessionMemory.Lists>?
  /// What nghttp2 makes frames in, when it is one of the ``PageBlocks``.
  var frameBuffer: UnsafeMutableRawPointer?

  init(role: HTTP2Role, configuration: HTTP2Configuration) {
    unsafe self.role = role
    unsafe self.configuration = configuration
    unsafe scanner = FrameScanner(preface: role == .server ? 24 : 0)
    unsafe meter = AbuseMeter(configuration.abuse)
  }

  /// Whether there is anything to hand over, or to drop: a malformed block leaves fields without an event.
  var hasInbox: Bool {
    if unsafe !inbox.records.isEmpty { return true }
    return unsafe block.isOpen ? block.firstField > 0 : !inbox.fields.isEmpty
  }

  /// Hands over the inbox. Events may cause new ones; they wait for the next delivery.
  mutating func takeInbox() -> SessionInbox {
    var batch = unsafe SessionInbox()
    unsafe swap(&batch, &spare)
    if unsafe block.isOpen { unsafe carryOpenBlock(into: &batch) }
    unsafe swap(&batch, &inbox)
    return unsafe batch
  }

  /// Takes back a delivered inbox for the sake of its room.
  mutating func recycle(_ batch: consuming SessionInbox) {
    var batch = unsafe batch
    unsafe batch.clear()
    unsafe spare = batch
  }

  /// The fields of a block that is not complete move on to the next inbox.
  private mutating func carryOpenBlock(into next: inout SessionInbox) {
    let shift = unsafe block.firstByte
    for record in unsafe inbox.fields[block.firstField...] {
      unsafe next.fields.append(
        FieldRecord(
          name: record.name, nameLength: record.nameLength,
          offset: record.offset - Int32(shift), valueLength: record.valueLength))
    }
    unsafe next.bytes.append(inbox.bytes[from: shift])
    unsafe block.firstField = 0
    unsafe block.firstByte = 0
  }

  /// Begins the block of stream `id` behind all fields so far.
  mutating func beginBlock(_ id: HTTP2StreamID, _ kind: HTTP2HeaderKind) {
    unsafe block = Block(
      stream: id, kind: kind, firstField: inbox.fields.count, firstByte: inbox.bytes.count,
      isOpen: true)
  }

  /// Adds a field to the open block, or drops the block's fields once they exceed the limit.
  mutating func addField(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
    unsafe block.size += name.count + value.count + 32
    if unsafe block.isTooLarge { return }
    if unsafe block.size > configuration.maxHeaderListSize {
      unsafe block.isTooLarge = true
      unsafe inbox.fields.removeSubrange(block.firstField...)
      unsafe inbox.bytes.truncate(to: block.firstByte)
      return
    }
    let known = unsafe HTTP2FieldName(recognising: name)
    if known == .status { unsafe block.kind = .response }
    let offset = unsafe inbox.bytes.count
    if known == .other { unsafe inbox.bytes.append(name) }
    let trimmed = unsafe Self.trim(value)
    unsafe inbox.bytes.append(trimmed)
    unsafe inbox.fields.append(
      FieldRecord(
        name: known, nameLength: Int32(name.count), offset: Int32(offset),
        valueLength: Int32(trimmed.count)))
  }

  /// Counts a stream that was refused for want of room.
  mutating func refusedStream() {
    if let reason = unsafe meter.refusedStream() { unsafe trip = reason }
  }

  /// Whether a stream of the client's has been and is over: nghttp2, which has forgotten it, says nothing of
  /// frames that come on it.
  func isForgotten(_ id: HTTP2StreamID, by raw: OpaquePointer?) -> Bool {
    unsafe role == .server && !id.isMultiple(of: 2)
      && id <= nghttp2_session_get_last_proc_stream_id(raw)
      && nghttp2_session_find_stream(raw, id) == nil
  }

  /// Whether frames on a forgotten stream may have been on their way when we ended it.
  func mayBeLate(_ id: HTTP2StreamID) -> Bool { unsafe id <= lastReset || isGoAwaySent }

  /// Whether the open block is so far over the limit that even decoding it is too much.
  var isBlockHopeless: Bool { unsafe block.size > configuration.maxHeaderListSize * 8 }

  /// Turns the open block into an event.
  mutating func finishBlock(endStream: Bool) {
    defer { unsafe block.isOpen = false }
    let id = unsafe block.stream
    guard let stream = unsafe streams.find(id) else { return }
    // Trailers may come in a later read than their request, and are not what is withdrawn.
    if unsafe !stream.pointee.isAnnounced {
      unsafe stream.pointee.isAnnounced = true
      unsafe stream.pointee.batch = batch
      unsafe stream.pointee.record = Int32(inbox.records.count)
    }
    if unsafe block.isTooLarge {
      unsafe inbox.records.append(.headerListTooLarge(id, endStream: endStream))
    } else {
      unsafe inbox.records.append(
        .headers(
          id, block.kind, endStream: endStream, first: block.firstField,
          count: inbox.fields.count - block.firstField))
    }
  }

  /// Takes back the announcement of a stream whose reset came in the same read.
  mutating func withdraw(_ stream: StreamTable.Reference, code: UInt32) {
    let index = unsafe Int(stream.pointee.record)
    unsafe stream.pointee.isAnnounced = false
    unsafe inbox.records[index] = unsafe .reset(stream.pointee.id, code)
  }

  /// Forgets a stream and reports its end if anybody knows it.
  mutating func closeStream(_ id: HTTP2StreamID, code: UInt32) {
    guard let stream = unsafe streams.find(id) else { return }
    if unsafe block.isOpen, unsafe block.stream == id { unsafe abandonBlock() }
    if unsafe stream.pointee.isAnnounced {
      let isNeverSent = unsafe stream.pointee.isNeverSent
      if isNeverSent { unsafe inbox.records.append(.notSent(id)) }
      let told = isNeverSent ? HTTP2ErrorCode.refusedStream.rawValue : code
      unsafe inbox.records.append(.streamClosed(id, told))
    }
    unsafe queuedBytes -= stream.pointee.queue.count
    unsafe streams.remove(id)
  }

  /// Ends the open block without an event: of one that is malformed nghttp2 tells nothing more.
  private mutating func abandonBlock() {
    // Its fields go with the inbox; those that nghttp2 still hands over are dropped.
    unsafe block.isOpen = false
    unsafe block.isTooLarge = true
  }

  private static func trim(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    // Hardly ever is there anything to trim.
    if let first = unsafe value.first, first > 32, unsafe value[value.count - 1] > 32 {
      return unsafe value
    }
    var start = 0
    var end = value.count
    while start < end, unsafe value[start] == 32 || value[start] == 9 { start += 1 }
    while end > start, unsafe value[end - 1] == 32 || value[end - 1] == 9 { end -= 1 }
    return unsafe UnsafeRawBufferPointer(rebasing: value[start..<end])
  }
}
