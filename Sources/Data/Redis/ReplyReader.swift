internal import CHiredis

/// Owns one `redisReader`: bytes in, replies out. Not thread-safe; lives on its connection's loop.
///
/// hiredis alone would allocate whatever length an array announces and abort when memory is short,
/// so arrays are counted before they are made, and what waits for its end is bounded too.
@safe final class ReplyReader {
  /// What one reply may hold.
  struct Limits {
    var elements = 65_536
    var bytes = 16 << 20
  }

  private let raw: UnsafeMutablePointer<redisReader>
  private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
  private let makeArray:
    @convention(c) (UnsafePointer<redisReadTask>?, CInt) ->
      UnsafeMutableRawPointer?
  private let limits: Limits
  private var elements = 0

  /// Nil when hiredis has no memory for it.
  init?(limits: Limits = Limits()) {
    guard let raw = unsafe redisReaderCreate(),
      let makeArray = unsafe raw.pointee.fn.pointee.createArray
    else { return nil }
    unsafe self.raw = raw
    unsafe self.makeArray = unsafe makeArray
    self.limits = limits
    unsafe functions = .allocate(capacity: 1)
    unsafe functions.initialize(to: raw.pointee.fn.pointee)
    unsafe functions.pointee.createArray = { task, count in
      guard let reader = unsafe task?.pointee.privdata else { return nil }
      return unsafe Unmanaged<ReplyReader>.fromOpaque(reader).takeUnretainedValue()
        .array(task, count)
    }
    unsafe raw.pointee.fn = unsafe functions
    unsafe raw.pointee.privdata = unsafe Unmanaged.passUnretained(self).toOpaque()
  }

  deinit {
    unsafe redisReaderFree(raw)
    unsafe functions.deallocate()
  }

  private func array(
    _ task: UnsafePointer<redisReadTask>?, _ count: CInt
  ) -> UnsafeMutableRawPointer? {
    elements += max(0, Int(count))
    return elements > limits.elements ? nil : unsafe makeArray(task, count)
  }

  /// Takes bytes from the server.
  func receive(_ bytes: UnsafeRawBufferPointer) throws(RedisError) {
    guard let start = bytes.baseAddress, bytes.count > 0 else { return }
    unsafe redisReaderFeed(raw, start.assumingMemoryBound(to: CChar.self), bytes.count)
    let held = unsafe raw.pointee.len - raw.pointee.pos
    guard held <= limits.bytes else {
      throw RedisError(.badReply, "redis reply exceeds the limit of \(limits.bytes) bytes")
    }
  }

  /// The next whole reply; nil when more bytes are needed. After a failure the connection is lost.
  func next() throws(RedisError) -> RedisReply? {
    var reply: UnsafeMutableRawPointer?
    guard unsafe redisReaderGetReply(raw, &reply) == REDIS_OK else {
      throw RedisError(
        .badReply,
        elements > limits.elements
          ? "redis reply exceeds the limit of \(limits.elements) elements"
          : "redis sent what is no reply")
    }
    guard let reply = unsafe reply else { return nil }
    elements = 0
    defer { unsafe freeReplyObject(reply) }
    return unsafe Self.value(reply.assumingMemoryBound(to: redisReply.self))
  }

  /// Never deeper than the nine levels hiredis takes.
  private static func value(_ reply: UnsafeMutablePointer<redisReply>) -> RedisReply {
    switch unsafe reply.pointee.type {
    case REDIS_REPLY_STRING: .bytes(unsafe bytes(reply))
    case REDIS_REPLY_STATUS: .status(String(decoding: unsafe bytes(reply), as: UTF8.self))
    case REDIS_REPLY_ERROR: .error(String(decoding: unsafe bytes(reply), as: UTF8.self))
    case REDIS_REPLY_INTEGER: .integer(unsafe reply.pointee.integer)
    case REDIS_REPLY_ARRAY: unsafe array(reply)
    default: .null
    }
  }

  private static func bytes(_ reply: UnsafeMutablePointer<redisReply>) -> [UInt8] {
    unsafe Array(UnsafeRawBufferPointer(start: reply.pointee.str, count: reply.pointee.len))
  }

  private static func array(_ reply: UnsafeMutablePointer<redisReply>) -> RedisReply {
    .array(
      (0..<(unsafe reply.pointee.elements)).map { place in
        unsafe reply.pointee.element[place].map { unsafe value($0) } ?? .null
      })
  }
}
