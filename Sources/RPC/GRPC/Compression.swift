internal import CZlib
package import RPCCore

/// Compresses and decompresses one message at a time; no state is carried from one to the next.
package enum Compression {
  /// `message` compressed; `identity` gives it back.
  package static func compress(
    _ message: [UInt8], as encoding: MessageEncoding
  ) throws(RPCError) -> [UInt8] {
    guard encoding != .identity else { return message }
    var stream = unsafe z_stream()
    let started = unsafe deflateInit2_(
      &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, windowBits(encoding), 8, Z_DEFAULT_STRATEGY,
      ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard started == Z_OK else { throw failure("the compressor could not start") }
    defer { unsafe deflateEnd(&stream) }
    let bound = unsafe Int(deflateBound(&stream, UInt(message.count))) + 32
    var result = Z_OK
    let output = unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      unsafe message.withUnsafeBufferPointer { input in
        unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        unsafe stream.avail_in = UInt32(input.count)
        unsafe stream.next_out = buffer.baseAddress
        unsafe stream.avail_out = UInt32(bound)
        result = unsafe deflate(&stream, Z_FINISH)
      }
      count = unsafe bound - Int(stream.avail_out)
    }
    guard result == Z_STREAM_END else { throw failure("the message could not be compressed") }
    return output
  }

  /// `message` decompressed. Throws `resourceExhausted` as soon as more than `limit` bytes come
  /// out, `internal` for anything that is not one whole compressed message.
  package static func decompress(
    _ message: [UInt8], from encoding: MessageEncoding, limit: Int
  ) throws(RPCError) -> [UInt8] {
    guard encoding != .identity, !message.isEmpty else { return message }
    var stream = unsafe z_stream()
    let started = unsafe inflateInit2_(
      &stream, windowBits(encoding), ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard started == Z_OK else { throw failure("the decompressor could not start") }
    defer { unsafe inflateEnd(&stream) }
    var output: [UInt8] = []
    let outcome = unsafe message.withUnsafeBufferPointer { input in
      unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      unsafe stream.avail_in = UInt32(input.count)
      return unsafe inflateAll(&stream, into: &output, limit: limit)
    }
    switch outcome {
    case .whole: return output
    case .broken: throw failure("a \(encoding.name) message does not decompress")
    case .tooLarge:
      throw RPCError(
        .resourceExhausted, "message is larger than \(limit) bytes once decompressed")
    }
  }

  private enum Outcome { case whole, broken, tooLarge }

  private static func inflateAll(
    _ stream: inout z_stream, into output: inout [UInt8], limit: Int
  ) -> Outcome {
    let chunk = 16_384
    while true {
      var result = Z_OK
      // One byte past the limit is allowed out, to tell "exactly the limit" from "more".
      let room = min(chunk, limit + 1 - output.count)
      guard room > 0 else { return .tooLarge }
      let piece = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        unsafe stream.next_out = buffer.baseAddress
        unsafe stream.avail_out = UInt32(room)
        result = unsafe inflate(&stream, Z_NO_FLUSH)
        count = unsafe room - Int(stream.avail_out)
      }
      output += piece
      guard output.count <= limit else { return .tooLarge }
      if result == Z_STREAM_END { return unsafe stream.avail_in == 0 ? .whole : .broken }
      guard result == Z_OK, unsafe stream.avail_in > 0 || piece.count == room else {
        return .broken
      }
    }
  }

  private static func windowBits(_ encoding: MessageEncoding) -> Int32 {
    encoding == .gzip ? 15 + 16 : 15
  }

  private static func failure(_ message: String) -> RPCError { RPCError(.internal, message) }
}
