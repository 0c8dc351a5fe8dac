package import RPCCore

/// The frame around each message: a flag byte, a 4-byte big-endian length, the message.
package enum Envelope {
  /// Bytes in front of each message.
  package static let prefixSize = 5

  /// Appends the five bytes for a message of `count` bytes.
  package static func appendPrefix(count: Int, compressed: Bool, to output: inout [UInt8]) {
    let prefix = prefix(count: count, compressed: compressed)
    for index in prefix.indices { output.append(prefix[index]) }
  }

  /// The five bytes for a message of `count` bytes.
  package static func prefix(count: Int, compressed: Bool) -> InlineArray<5, UInt8> {
    let length = UInt32(count)
    return [
      compressed ? 1 : 0, UInt8(truncatingIfNeeded: length >> 24),
      UInt8(truncatingIfNeeded: length >> 16), UInt8(truncatingIfNeeded: length >> 8),
      UInt8(truncatingIfNeeded: length),
    ]
  }

  /// Prefix and message in one array.
  package static func frame(_ message: [UInt8], compressed: Bool = false) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(message.count + prefixSize)
    appendPrefix(count: message.count, compressed: compressed, to: &output)
    output += message
    return output
  }
}

/// One message out of a stream.
package struct ReceivedMessage: Sendable, Equatable {
  /// Decompressed, unless the decoder was told not to.
  package var bytes: [UInt8]
  /// Whether it came compressed.
  package let wasCompressed: Bool
  /// What it took on the wire, prefix included: the flow-control credit it is worth.
  package let wireSize: Int
}

/// Cuts a byte stream into messages, whatever the borders the bytes come in.
///
/// States: in a prefix (0 to 4 bytes known), in a body, failed. A message over `limit` fails from
/// its prefix, before memory is spent on it. After a failure every input is ignored.
package struct EnvelopeDecoder: Sendable {
  private let limit: Int
  private let encoding: MessageEncoding
  private let inflates: Bool
  private var prefix: (UInt64, count: Int) = (0, 0)
  private var body: [UInt8] = []
  private var missing = 0
  private var compressed = false
  private var inBody = false
  private var failed = false
  /// Whether it failed at a compressed message of a stream that has no coding.
  package private(set) var lacksEncoding = false

  /// `limit` bounds each message in bytes, as received and again once decompressed.
  ///
  /// Without `inflates` a compressed message is given as it came, for whoever takes it later to
  /// decompress: waiting messages then cost no more memory than their sender paid for.
  package init(limit: Int, encoding: MessageEncoding = .identity, inflates: Bool = true) {
    self.inflates = inflates
    self.limit = limit
    self.encoding = encoding
  }

  /// Whether the stream may end here: no message is begun.
  package var isAtBorder: Bool { !inBody && prefix.count == 0 }

  /// Bytes of a message that has come in part.
  package var partialBytes: Int { body.count }

  /// Takes the next bytes of the stream and gives each message they complete to `each`.
  package mutating func receive(
    _ bytes: UnsafeRawBufferPointer, _ each: (ReceivedMessage) -> Void
  ) throws(RPCError) {
    guard !failed else { return }
    var offset = 0
    let end = bytes.count
    while offset < end {
      if !inBody {
        offset = unsafe readPrefix(bytes, from: offset)
        guard prefix.count == Envelope.prefixSize else { return }
        try openBody()
      }
      let taken = min(missing, end - offset)
      let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + taken])
      offset += taken
      if taken == missing, body.isEmpty {
        unsafe each(try close(Array(part)))
      } else {
        unsafe take(part)
        missing -= taken
        if missing == 0 { each(try close(takeBody())) }
      }
    }
  }

  /// Lets go of a message that has come in part; every further input is ignored.
  package mutating func discard() {
    failed = true
    body = []
  }

  private mutating func readPrefix(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    if prefix.count == 0, bytes.count - start >= Envelope.prefixSize {
      let length = unsafe bytes.loadUnaligned(fromByteOffset: start + 1, as: UInt32.self)
      prefix = unsafe (UInt64(bytes[start]) << 32 | UInt64(UInt32(bigEndian: length)), 5)
      return start + Envelope.prefixSize
    }
    var offset = start
    while prefix.count < Envelope.prefixSize, offset < bytes.count {
      unsafe prefix.0 = prefix.0 << 8 | UInt64(bytes[offset])
      prefix.count += 1
      offset += 1
    }
    return offset
  }

  private mutating func openBody() throws(RPCError) {
    let flag = UInt8(truncatingIfNeeded: prefix.0 >> 32)
    missing = Int(prefix.0 & 0xFFFF_FFFF)
    prefix = (0, 0)
    inBody = true
    guard flag <= 1 else { throw fail(.internal, "message flag is \(flag); 0 and 1 exist") }
    compressed = flag == 1
    guard !compressed || encoding != .identity else {
      lacksEncoding = true
      throw fail(.internal, "a message is flagged compressed, but the call names no coding")
    }
    guard missing <= limit else {
      throw fail(.resourceExhausted, "message is \(missing) bytes; the limit is \(limit)")
    }
  }

  /// Takes a part of a message that comes in several.
  private mutating func take(_ bytes: UnsafeRawBufferPointer) {
    // A prefix alone must not cost more than its sender paid for it.
    if body.isEmpty { body.reserveCapacity(min(missing, 65_536)) }
    unsafe body.append(contentsOf: bytes)
  }

  private mutating func takeBody() -> [UInt8] {
    defer { body = [] }
    return body
  }

  /// The message whose bytes are `wire`.
  private mutating func close(_ wire: [UInt8]) throws(RPCError) -> ReceivedMessage {
    inBody = false
    guard compressed, inflates else {
      return ReceivedMessage(
        bytes: wire, wasCompressed: compressed, wireSize: wire.count + Envelope.prefixSize)
    }
    do throws(RPCError) {
      let plain = try Compression.decompress(wire, from: encoding, limit: limit)
      return ReceivedMessage(
        bytes: plain, wasCompressed: true, wireSize: wire.count + Envelope.prefixSize)
    } catch {
      failed = true
      throw error
    }
  }

  private mutating func fail(_ code: StatusCode, _ message: String) -> RPCError {
    failed = true
    return RPCError(code, message)
  }
}
