import GRPC
import RPCCore
import Testing

@testable import RPCClient

@Suite struct InboxTests {
  private func message(_ bytes: [UInt8]) throws -> ReceivedMessage {
    var decoder = EnvelopeDecoder(limit: 100)
    var found: [ReceivedMessage] = []
    try Envelope.frame(bytes).withUnsafeBytes { frame in
      try decoder.receive(frame) { found.append($0) }
    }
    return try #require(found.first)
  }

  @Test func `messages leave in order, and what has left is let go`() throws {
    var inbox = Inbox()
    for number in UInt8(1)...3 { inbox.append(try message([number])) }
    #expect(inbox.bytes == 3 * (Envelope.prefixSize + 1))
    let first = inbox.popFirst()
    #expect(first?.bytes == [1])
    #expect(inbox.slots.map(\.bytes) == [[], [2], [3]])
    #expect(inbox.bytes == 2 * (Envelope.prefixSize + 1))
    inbox.removeAll()
    #expect(inbox.popFirst() == nil)
    #expect(inbox.bytes == 0)
  }

  @Test func `it does not grow with what has passed while its reader stays behind`() throws {
    var inbox = Inbox()
    inbox.append(try message([0]))
    var taken: [UInt8] = []
    var longest = 0
    for number in UInt8(1)...200 {
      inbox.append(try message([number]))
      taken += inbox.popFirst()?.bytes ?? []
      longest = max(longest, inbox.slots.count)
    }
    #expect(taken == Array(0...199))
    #expect(longest <= 66)
  }
}
