import GRPC
import RPCCore
import Testing

@testable import RPCTesting

@Suite struct MessagePipeTests {
  private func message() throws -> ReceivedMessage {
    var decoder = EnvelopeDecoder(limit: 100)
    var found: [ReceivedMessage] = []
    try Envelope.frame([1]).withUnsafeBytes { frame in
      try decoder.receive(frame) { found.append($0) }
    }
    return try #require(found.first)
  }

  @Test(.timeLimit(.minutes(10)))
  func `a sender goes on whenever there is room, in whatever moment the receiver takes`()
    async throws
  {
    let count = 20_000
    let message = try message()
    let pipe = MessagePipe(capacity: 1)
    let sender = Task {
      for number in 0..<count {
        // Meets the receiver now before it waits, now while it does.
        for _ in 0..<number % 8 { await Task.yield() }
        try await pipe.send(message)
      }
      pipe.end()
    }
    var received = 0
    while try await pipe.receive() != nil { received += 1 }
    #expect(received == count)
    try await sender.value
  }
}
