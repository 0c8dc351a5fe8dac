/// What the callbacks of one nghttp2 call left behind, in order.
@unsafe
struct SessionInbox: ~Copyable {
  /// An event with its fields and text still in `fields` and `bytes`.
  @unsafe
  enum Record {
    case headers(HTTP2StreamID, HTTP2HeaderKind, endStream: Bool, first: Int, count: Int)
    case headerListTooLarge(HTTP2StreamID, endStream: Bool)
    case data(HTTP2StreamID, UnsafeRawBufferPointer, endStream: Bool)
    case reset(HTTP2StreamID, UInt32)
    case notSent(HTTP2StreamID)
    case streamClosed(HTTP2StreamID, UInt32)
    case drained(HTTP2StreamID)
    case settings
    case settingsAcknowledged
    case ping(UInt64, isAcknowledgement: Bool)
    case goAway(HTTP2StreamID, UInt32, debug: Range<Int>)
    case abuse(HTTP2Abuse)
    case violation(UInt32)
  }

  var records: [Record] = unsafe []
  var fields: [FieldRecord] = []
  var bytes = unsafe ByteStore()

  init() {}

  /// Forgets everything and keeps the room.
  mutating func clear() {
    unsafe records.removeAll(keepingCapacity: true)
    unsafe fields.removeAll(keepingCapacity: true)
    unsafe bytes.truncate(to: 0)
  }

  /// Marks the last record as the end of its stream's body when it is this stream's data.
  mutating func endStream(_ id: HTTP2StreamID) {
    if let last = unsafe records.last, case .data(id, let bytes, _) = unsafe last {
      unsafe records[records.count - 1] = .data(id, bytes, endStream: true)
    } else {
      unsafe records.append(
        .data(id, UnsafeRawBufferPointer(start: nil, count: 0), endStream: true))
    }
  }

  /// Hands every event to `each`, in order.
  func deliver(_ each: (HTTP2Event) -> Void) {
    unsafe fields.withUnsafeBufferPointer { fields in
      let bytes = unsafe bytes[from: 0]
      for index in unsafe 0..<records.count {
        unsafe each(Self.event(records[index], fields: fields, bytes: bytes))
      }
    }
  }

  private static func event(
    _ record: Record, fields: UnsafeBufferPointer<FieldRecord>, bytes: UnsafeRawBufferPointer
  ) -> HTTP2Event {
    switch unsafe record {
    case .headers(let id, let kind, let endStream, let first, let count):
      let block = unsafe HTTP2HeaderBlock(
        records: UnsafeBufferPointer(rebasing: fields[first..<(first + count)]), bytes: bytes)
      return unsafe .headers(id, block, kind, endStream: endStream)
    case .headerListTooLarge(let id, let endStream):
      return unsafe .headerListTooLarge(id, endStream: endStream)
    case .data(let id, let bytes, let endStream):
      return unsafe .data(id, bytes, endStream: endStream)
    case .reset(let id, let code): return unsafe .reset(id, HTTP2ErrorCode(rawValue: code))
    case .notSent(let id): return unsafe .notSent(id)
    case .streamClosed(let id, let code):
      return unsafe .streamClosed(id, HTTP2ErrorCode(rawValue: code))
    case .drained(let id): return unsafe .drained(id)
    case .settings: return unsafe .settings
    case .settingsAcknowledged: return unsafe .settingsAcknowledged
    case .ping(let value, let isAcknowledgement):
      return unsafe isAcknowledgement ? .pingAcknowledged(value) : .ping(value)
    case .goAway(let last, let code, let debug):
      let text = unsafe String(decoding: bytes[debug], as: UTF8.self)
      return unsafe .goAway(lastStream: last, HTTP2ErrorCode(rawValue: code), debug: text)
    case .abuse(let abuse): return unsafe .abuse(abuse)
    case .violation(let code): return unsafe .violation(HTTP2ErrorCode(rawValue: code))
    }
  }
}
