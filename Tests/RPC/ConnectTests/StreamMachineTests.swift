import Buffers
import GRPC
import HTTP
import RPCCore
import RPCProtobuf
import Schema
import Testing

@testable import Connect

/// Enveloped calls and unary ones without a socket.
@Suite struct ConnectMachineTests {
  private static let binding = MethodBinding(
    method: MethodDescriptor(service: "t.S", name: "M", kind: .unary),
    input: Google.Rpc.ErrorInfo.messageType, output: Google.Rpc.ErrorInfo.messageType, http: [])
  private static let errors = ConnectError { _ in nil }

  private func machine(
    _ media: MediaType, _ codec: Codec = .proto, encoding: MessageEncoding = .identity,
    limit: Int = 100
  ) -> StreamMachine {
    StreamMachine(
      media: media, codec: PayloadCodec(codec, Self.binding)!, errors: Self.errors,
      encoding: encoding, limit: limit)
  }

  private func receive(_ machine: StreamMachine, _ body: [UInt8]) throws -> [[UInt8]] {
    var machine = machine
    var messages: [[UInt8]] = []
    for byte in body {
      try [byte].withUnsafeBytes { bytes in
        var came: [ReceivedMessage] = []
        try machine.receive(bytes, end: false) { came.append($0) }
        messages += try came.map { try machine.open($0.bytes, wasCompressed: $0.wasCompressed) }
      }
    }
    try machine.receive(UnsafeRawBufferPointer(start: nil, count: 0), end: true) { _ in }
    return messages
  }

  @Test func `messages come out byte by byte, in text and in JSON`() throws {
    let message: [UInt8] = [10, 1, 65]
    let stream = Envelope.frame(message) + Envelope.frame([])
    #expect(try receive(machine(.web(.proto, text: false)), stream) == [message, []])
    let text = Base64.encode(Envelope.frame(message)) + Base64.encode(Envelope.frame([]))
    #expect(try receive(machine(.web(.proto, text: true)), Array(text.utf8)) == [message, []])
    let json = Envelope.frame(Array(#"{"reason":"A"}"#.utf8))
    #expect(try receive(machine(.stream(.json), .json), json) == [message])
  }

  static let hostile: [(String, [UInt8], web: StatusCode, connect: StatusCode)] = [
    ("cut in a prefix", [0, 0, 0], .internal, .invalidArgument),
    ("cut in a message", [0, 0, 0, 0, 9, 1], .internal, .invalidArgument),
    ("over the limit", [0, 0, 0, 0, 101], .resourceExhausted, .resourceExhausted),
    ("huge prefix", [0, 255, 255, 255, 255], .resourceExhausted, .resourceExhausted),
    ("unknown flag", [4, 0, 0, 0, 0], .internal, .invalidArgument),
    ("an end frame, and more", [2, 0, 0, 0, 0, 0, 0, 0, 0, 0], .internal, .invalidArgument),
    ("trailers of a client", [128, 0, 0, 0, 0], .internal, .invalidArgument),
    ("compressed without a coding", [1, 0, 0, 0, 1, 9], .internal, .internal),
  ]

  @Test(arguments: hostile.indices)
  func `a broken stream has a typed error`(row: Int) {
    let row = Self.hostile[row]
    for (media, code) in [
      (MediaType.web(.proto, text: false), row.web), (.stream(.proto), row.connect),
    ] {
      do {
        _ = try receive(machine(media), row.1)
        Issue.record("\(row.0) passed")
      } catch {
        #expect((error as? RPCError)?.code == code, "\(row.0)")
      }
    }
  }

  @Test func `a bomb is stopped by its size, and broken gzip is told`() throws {
    let bomb = try Compression.compress([UInt8](repeating: 0, count: 100_000), as: .gzip)
    for (body, code) in [(bomb, StatusCode.resourceExhausted), ([1, 2, 3], .invalidArgument)] {
      let unary = UnaryCall(
        codec: .proto, payload: .bytes, errors: Self.errors, encoding: .gzip, acceptsGzip: false,
        limit: 1_000)
      do {
        _ = try unary.request(body)
        Issue.record("it passed")
      } catch { #expect(error.code == code) }
      let stream = machine(.stream(.proto), encoding: .gzip, limit: 1_000)
      #expect(throws: RPCError.self) {
        try receive(stream, Envelope.frame(body, compressed: true))
      }
      do {
        _ = try stream.open(body, wasCompressed: true)
        Issue.record("it passed")
      } catch { #expect(error.code == code) }
    }
  }

  @Test func `a message waits as it came until its handler takes it`() throws {
    let packed = try Compression.compress([10, 1, 65], as: .gzip)
    for (stream, body, code) in [
      (machine(.stream(.json), .json), Array("{".utf8), StatusCode.invalidArgument),
      (machine(.web(.json, text: false), .json), Array("[]".utf8), .invalidArgument),
      (machine(.stream(.json), .json, encoding: .gzip), packed, .invalidArgument),
    ] {
      var stream = stream
      var came: [ReceivedMessage] = []
      let isPacked = body == packed
      try Envelope.frame(body, compressed: isPacked).withUnsafeBytes { bytes in
        try stream.receive(bytes, end: true) { came.append($0) }
      }
      #expect(came.map(\.bytes) == [body] && stream.isWrapped)
      do {
        _ = try stream.open(body, wasCompressed: isPacked)
        Issue.record("it passed")
      } catch { #expect(error.code == code) }
    }
    #expect(!machine(.stream(.proto)).isWrapped)
  }

  @Test func `the end of a gRPC-Web call is a frame of lines, or the head`() {
    let binary = machine(.web(.proto, text: false))
    let lines = "grpc-status: 0\r\nx-a: 1\r\n"
    #expect(
      binary.end(nil, metadata: ["x-a": "1"])
        == [0x80, 0, 0, 0, UInt8(lines.utf8.count)] + lines.utf8)
    let text = machine(.web(.proto, text: true)).end(nil, metadata: ["x-a": "1"])
    #expect(Base64.decode(text) == binary.end(nil, metadata: ["x-a": "1"]))
    let only = binary.headOnly(RPCError(.notFound, "no"))
    #expect(only?["content-type"] == "application/grpc-web+proto")
    #expect(only?["grpc-status"] == "5")
    #expect(machine(.stream(.proto)).headOnly(RPCError(.notFound, "no")) == nil)
  }

  @Test func `the end of a Connect stream is its JSON behind flag 2`() {
    #expect(machine(.stream(.proto)).end(nil) == [2, 0, 0, 0, 2] + Array("{}".utf8))
  }

  @Test func `a unary answer carries trailers as headers, and a length worth it in gzip`() throws {
    let unary = UnaryCall(
      codec: .proto, payload: .bytes, errors: Self.errors, encoding: .identity,
      acceptsGzip: true, limit: 100)
    let small = try unary.answer(
      [1], initial: ["x-a": "1"], trailers: ["x-b": "2"], compresses: nil)
    #expect(small.head.headers["x-a"] == "1")
    #expect(small.head.headers["trailer-x-b"] == "2")
    #expect(small.body == [1])
    let large = [UInt8](repeating: 7, count: 2_000)
    let zipped = try unary.answer(
      large, initial: Metadata(), trailers: Metadata(), compresses: nil)
    #expect(zipped.head.headers["content-encoding"] == "gzip")
    #expect(try Compression.decompress(zipped.body, from: .gzip, limit: 2_000) == large)
    let plain = try unary.answer(
      large, initial: Metadata(), trailers: Metadata(), compresses: false)
    #expect(plain.body == large)
  }

  @Test func `a failure is JSON whatever the codec`() {
    let unary = UnaryCall(
      codec: .proto, payload: .bytes, errors: Self.errors, encoding: .identity,
      acceptsGzip: true, limit: 100)
    let answer = unary.failure(
      RPCError(.notFound, "no", metadata: ["x-c": "3"]), initial: Metadata(),
      trailers: ["x-b": "2"])
    #expect(answer.head.status == .notFound)
    #expect(answer.head.headers["content-type"] == "application/json")
    #expect(answer.head.headers["trailer-x-b"] == "2")
    #expect(answer.head.headers["x-c"] == "3")
  }
}
