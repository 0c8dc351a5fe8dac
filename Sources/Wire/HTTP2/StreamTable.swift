internal import Buffers

/// What we know of one stream beyond nghttp2.
struct StreamState: ~Copyable {
  var id: HTTP2StreamID = 0
  /// Bytes accepted from the writer and not yet framed.
  var queue = ByteQueue()
  var trailers: HTTP2Fields?
  /// No more bytes will be queued.
  var isFinished = false
  /// nghttp2 was told to wait and must be woken.
  var isDeferred = false
  /// Response headers (server) or request headers (client) were submitted.
  var hasSubmittedHeaders = false
  /// The caller has seen this stream and will be told of its end.
  var isAnnounced = false
  /// The caller asked for its reset, so that its RST_STREAM is no fault of the peer.
  var isResetByCaller = false
  /// The stream is to stay open after its answer until the request has ended too (server).
  var lingers = false
  /// It does: all of the answer became frames.
  var isLingering = false
  /// The request's HEADERS became a frame (client).
  var isHeadSent = false
  /// It never left us, so the peer cannot have processed it.
  var isNeverSent = false
  /// The read that completed its request's header block, and that block's place in the inbox.
  var batch: UInt32 = 0
  var record: Int32 = 0
  /// Tell the caller once when the queue has at most this many bytes; -1 when nobody waits.
  var drainThreshold = -1
}

/// Live streams by number: open addressing over memory that is pooled for the connection's life.
///
/// A stream's state has a fixed address until its removal, since nghttp2 holds it as data source.
@unsafe
struct StreamTable: ~Copyable {
  typealias Reference = UnsafeMutablePointer<StreamState>

  private var slots: [Reference?] = unsafe Array(repeating: nil, count: 32)
  private var pool: [Reference] = unsafe []
  private(set) var count = 0

  private static let pooled = 64

  init() {}

  deinit {
    // swift-format drops the pattern of `for unsafe x in`, hence forEach.
    unsafe slots.forEach { unsafe $0.map { unsafe Self.free($0) } }
    unsafe pool.forEach { unsafe Self.free($0) }
  }

  /// The state of stream `id`.
  func find(_ id: HTTP2StreamID) -> Reference? {
    var index = unsafe home(id)
    while let reference = unsafe slots[index] {
      if unsafe reference.pointee.id == id { return unsafe reference }
      index = unsafe (index + 1) & (slots.count - 1)
    }
    return nil
  }

  /// A fresh state for stream `id`, which must not be in the table.
  mutating func insert(_ id: HTTP2StreamID) -> Reference {
    if unsafe count * 2 >= slots.count { unsafe grow() }
    let reference: Reference
    if let spare = unsafe pool.popLast() {
      unsafe reference = spare
    } else {
      unsafe reference = .allocate(capacity: 1)
      unsafe reference.initialize(to: StreamState())
    }
    unsafe reference.pointee.id = id
    unsafe place(reference)
    unsafe count += 1
    return unsafe reference
  }

  /// Drops stream `id` and moves later entries of its run back, so that no marker is needed.
  mutating func remove(_ id: HTTP2StreamID) {
    let mask = unsafe slots.count - 1
    var hole = unsafe home(id)
    while let reference = unsafe slots[hole], unsafe reference.pointee.id != id {
      hole = (hole + 1) & mask
    }
    guard let removed = unsafe slots[hole] else { return }
    unsafe slots[hole] = nil
    unsafe count -= 1
    var index = (hole + 1) & mask
    while let reference = unsafe slots[index] {
      let wanted = unsafe home(reference.pointee.id)
      if (index - wanted) & mask >= (index - hole) & mask {
        unsafe slots[hole] = unsafe reference
        unsafe slots[index] = nil
        hole = index
      }
      index = (index + 1) & mask
    }
    unsafe recycle(removed)
  }

  /// Every live stream's number, in no order.
  var ids: [HTTP2StreamID] {
    unsafe slots.compactMap { unsafe $0?.pointee.id }
  }

  /// Scattered, as streams of neighbouring numbers live together: side by side they would be one
  /// long run, which every removal walks to its end.
  private func home(_ id: HTTP2StreamID) -> Int {
    unsafe Int((UInt32(bitPattern: id) &* 0x9E37_79B1) >> 8) & (slots.count - 1)
  }

  private mutating func place(_ reference: Reference) {
    var index = unsafe home(reference.pointee.id)
    while unsafe slots[index] != nil { index = unsafe (index + 1) & (slots.count - 1) }
    unsafe slots[index] = unsafe reference
  }

  private mutating func grow() {
    let old = unsafe slots
    unsafe slots = unsafe Array(repeating: nil, count: old.count * 2)
    unsafe old.forEach { slot in
      if let reference = unsafe slot { unsafe place(reference) }
    }
  }

  private mutating func recycle(_ reference: Reference) {
    guard unsafe pool.count < Self.pooled else { return unsafe Self.free(reference) }
    var fresh = StreamState()
    unsafe swap(&fresh.queue, &reference.pointee.queue)
    fresh.queue.removeAll()
    unsafe reference.pointee = fresh
    unsafe pool.append(reference)
  }

  private static func free(_ reference: Reference) {
    unsafe reference.deinitialize(count: 1)
    unsafe reference.deallocate()
  }
}
