import RPCCore
import Testing

@testable import GRPC

@Suite struct EnvelopeDecoderTests {
  private static let messages: [[UInt8]] = [
    [], [1], Array(repeating: 7, count: 300), [], Array(0...255),
  ]
  private static let stream = messages.flatMap { Envelope.frame($0) }

  @Test func `messages come out whole whatever the pieces`() throws {
    for size in 1...Self.stream.count {
      var decoder = EnvelopeDecoder(limit: 1_000)
      let received = try feed(&decoder, Self.stream, by: size)
      #expect(received.map(\.bytes) == Self.messages, "pieces of \(size) bytes")
      #expect(decoder.isAtBorder)
    }
  }

  @Test func `every split in two gives the same messages`() throws {
    for split in 0...Self.stream.count {
      var decoder = EnvelopeDecoder(limit: 1_000)
      var received = try feed(&decoder, Array(Self.stream[..<split]), by: .max)
      received += try feed(&decoder, Array(Self.stream[split...]), by: .max)
      #expect(received.map(\.bytes) == Self.messages, "split at \(split)")
    }
  }

  @Test func `a message of exactly the limit is allowed`() throws {
    var decoder = EnvelopeDecoder(limit: 300)
    let received = try feed(&decoder, Envelope.frame(Array(repeating: 1, count: 300)), by: 7)
    #expect(received.map(\.bytes.count) == [300])
  }

  @Test(arguments: [
    ([0, 0, 0, 1, 45], StatusCode.resourceExhausted),
    ([0, 0xFF, 0xFF, 0xFF, 0xFF], .resourceExhausted),
    ([2, 0, 0, 0, 0], .internal), ([255, 0, 0, 0, 0], .internal), ([1, 0, 0, 0, 1], .internal),
  ])
  func `a bad prefix fails the call before its body comes`(prefix: [UInt8], code: StatusCode) {
    var decoder = EnvelopeDecoder(limit: 300)
    let error = #expect(throws: RPCError.self) { try feed(&decoder, prefix, by: 1) }
    #expect(error?.code == code)
  }

  @Test func `what has come in part can be let go`() throws {
    var decoder = EnvelopeDecoder(limit: 300)
    #expect(
      try feed(&decoder, Array(Envelope.frame([UInt8](repeating: 1, count: 300)).dropLast()), by: 9)
        .isEmpty)
    #expect(decoder.partialBytes == 299)
    decoder.discard()
    #expect(decoder.partialBytes == 0)
    #expect(try feed(&decoder, [1], by: 1).isEmpty)
    #expect(decoder.partialBytes == 0)
  }

  @Test func `nothing comes out after a failure`() throws {
    var decoder = EnvelopeDecoder(limit: 300)
    #expect(throws: RPCError.self) { try feed(&decoder, [9, 0, 0, 0, 0], by: 5) }
    #expect(try feed(&decoder, Envelope.frame([1]), by: 9).isEmpty)
  }

  @Test(arguments: [MessageEncoding.gzip, .deflate])
  func `compressed and plain messages mix`(encoding: MessageEncoding) throws {
    let text = Array(repeating: UInt8(ascii: "a"), count: 2_000)
    let compressed = try Compression.compress(text, as: encoding)
    let stream = Envelope.frame(compressed, compressed: true) + Envelope.frame([1, 2])
    var decoder = EnvelopeDecoder(limit: 2_000, encoding: encoding)
    let received = try feed(&decoder, stream, by: 3)
    #expect(received.map(\.bytes) == [text, [1, 2]])
    #expect(received.map(\.wasCompressed) == [true, false])
  }

  @Test(arguments: [MessageEncoding.gzip, .deflate])
  func `a message that inflates past the limit fails`(encoding: MessageEncoding) throws {
    let bomb = try Compression.compress(Array(repeating: 0, count: 10_000_000), as: encoding)
    var decoder = EnvelopeDecoder(limit: 4_194_304, encoding: encoding)
    let error = #expect(throws: RPCError.self) {
      try feed(&decoder, Envelope.frame(bomb, compressed: true), by: .max)
    }
    #expect(error?.code == .resourceExhausted)
  }

  @Test func `inflating to exactly the limit is allowed and one more is not`() throws {
    let exact = try Compression.compress(Array(repeating: 0, count: 40_000), as: .gzip)
    #expect(try Compression.decompress(exact, from: .gzip, limit: 40_000).count == 40_000)
    let error = #expect(throws: RPCError.self) {
      try Compression.decompress(exact, from: .gzip, limit: 39_999)
    }
    #expect(error?.code == .resourceExhausted)
  }

  @Test func `what is no compressed message is internal`() throws {
    let whole = try Compression.compress(Array(0...200), as: .gzip)
    var flipped = whole
    flipped[12] ^= 0xFF
    for broken in [[1, 2, 3], Array(whole.dropLast()), whole + [0], flipped] {
      let error = #expect(throws: RPCError.self) {
        try Compression.decompress(broken, from: .gzip, limit: 10_000)
      }
      #expect(error?.code == .internal)
    }
  }

  private func feed(
    _ decoder: inout EnvelopeDecoder, _ bytes: [UInt8], by size: Int
  ) throws -> [ReceivedMessage] {
    var received: [ReceivedMessage] = []
    var start = 0
    repeat {
      let end = size > bytes.count - start ? bytes.count : start + size
      try bytes[start..<end].withUnsafeBytes { piece in
        try decoder.receive(piece) { received.append($0) }
      }
      start = end
    } while start < bytes.count
    return received
  }
}
