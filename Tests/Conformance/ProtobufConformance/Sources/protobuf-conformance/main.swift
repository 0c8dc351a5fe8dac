import ConformanceSchema
import Glibc
import Protobuf

/// Speaks with the runner on standard input and output: each message behind its length, four bytes,
/// little-endian. Ends when the runner does.
while let request = Pipe.read() {
  Pipe.write(Conformance.ConformanceResponse.with { $0.result = answer(request) })
}

/// What becomes of one test's payload.
func answer(_ bytes: [UInt8]) -> Conformance.ConformanceResponse.Result {
  typealias Message = ProtobufTestMessages.Proto3.TestAllTypesProto3
  do {
    let request = try Conformance.ConformanceRequest(serializedBytes: bytes)
    // The runner's first question: which tests are known to fail. None.
    if request.messageType_ == "conformance.FailureSet" {
      return .protobufPayload(try Conformance.FailureSet().serializedBytes())
    }
    guard request.messageType_ == Message.messageType.fullName else {
      return .skipped("only proto3 is implemented")
    }
    var options = JSONOptions()
    options.ignoresUnknownFields = request.testCategory == .jsonIgnoreUnknownParsingTest
    let message: Message
    do {
      switch request.payload {
      case .protobufPayload(let bytes)?: message = try Message(serializedBytes: bytes)
      case .jsonPayload(let text)?: message = try Message(json: Array(text.utf8), options: options)
      default: return .skipped("this input format is not implemented")
      }
    } catch {
      return .parseError("\(error)")
    }
    switch request.requestedOutputFormat {
    case .protobuf: return .protobufPayload(try message.serializedBytes())
    case .json: return .jsonPayload(String(decoding: try message.json(), as: UTF8.self))
    default: return .skipped("this output format is not implemented")
    }
  } catch {
    return .serializeError("\(error)")
  }
}

/// The runner's end of the pipes.
enum Pipe {
  static func read() -> [UInt8]? {
    guard let head = read(4) else { return nil }
    return read(head.reversed().reduce(0) { $0 << 8 | Int($1) })
  }

  static func write(_ response: Conformance.ConformanceResponse) {
    guard let body = try? response.serializedBytes() else { exit(1) }
    let count = UInt32(body.count)
    let head = (0..<4).map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }
    let output = head + body
    var written = 0
    while written < output.count {
      let count = output.withUnsafeBytes {
        Glibc.write(1, $0.baseAddress! + written, $0.count - written)
      }
      guard count > 0 else { exit(1) }
      written += count
    }
  }

  private static func read(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let got = bytes.withUnsafeMutableBytes {
        Glibc.read(0, $0.baseAddress! + filled, count - filled)
      }
      guard got > 0 else { return nil }
      filled += got
    }
    return bytes
  }
}
