import Audio
import Buffers
import EventLoop
import Speech
import Testing
import WebSocket

@testable import Vendors

/// Both ends of a WebSocket in memory; what the leg sends is read back by a client session.
private final class Peer {
  var channel: WebSocketChannel!
  private let client: WebSocketSession
  private(set) var messages: [JSONValue] = []
  private(set) var closeCode: UInt16?

  init() throws {
    client = try WebSocketSession(role: .client, maxMessage: 1 << 20)
    channel = WebSocketChannel(
      session: try WebSocketSession(role: .server, maxMessage: 1 << 20),
      write: { [unowned self] bytes in read(bytes) }, pendingBytes: { 0 }, endTransport: {})
  }

  func say(_ text: String) {
    client.send(.text(Array(text.utf8)))
    var bytes: [UInt8] = []
    client.takeOutput(into: &bytes)
    bytes.withUnsafeBytes { channel.receive($0) }
  }

  func breakTransport() { channel.transportClosed() }

  private func read(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes {
      client.receive($0) { event in
        switch event {
        case .message(let message):
          if let json = try? JSONValue(parsing: message.bytes) { messages.append(json) }
        case .close(let reason): closeCode = reason.code
        default: break
        }
      }
    }
  }

  var events: [String] { messages.compactMap { $0["event"]?.stringValue } }
}

@Suite struct AgentStreamLegTests {
  private func onLoop<T: Sendable>(_ body: @escaping @Sendable (EventLoop) throws -> T) async throws
    -> T
  {
    let loop = EventLoop.start(name: "leg")
    let result = await Task(executorPreference: loop) { Result { try body(loop) } }.value
    await loop.stop()
    return try result.get()
  }

  private static let frame = PCMFrame(
    samples: [Int16](repeating: 1, count: 1_600), rate: .telephone)

  @Test func `audio waits for the start, leaves paced, and clear drops the rest`() async throws {
    let (events, sent) = try await onLoop { loop in
      let peer = try Peer()
      let leg = AgentStreamLeg(channel: peer.channel, loop: loop)
      var sent = 0
      leg.onEvent = { if case .audioSent = $0 { sent += 1 } }
      for _ in 0..<5 { leg.sendAudio(Self.frame) }
      leg.mark("end")
      #expect(peer.events.isEmpty)
      peer.say(AgentStreamTests.start)
      leg.clear()
      leg.hangUp()
      return (peer.events, sent)
    }
    // One chunk of 200 ms goes at once; the next is due 80 ms later.
    #expect(events == ["media", "clear"])
    #expect(sent == 1)
  }

  @Test func `what comes before somebody listens is kept`() async throws {
    let events = try await onLoop { loop in
      let peer = try Peer()
      let leg = AgentStreamLeg(channel: peer.channel, loop: loop)
      peer.say(AgentStreamTests.start)
      peer.say(#"{"event":"mark","mark":{"name":"m"}}"#)
      peer.breakTransport()
      var events: [String] = []
      leg.onEvent = { event in
        switch event {
        case .started: events.append("started")
        case .mark(let name): events.append(name)
        case .stopped(let end): events.append("\(end)")
        default: break
        }
      }
      return events
    }
    #expect(events == ["started", "m", "lost"])
  }

  @Test(arguments: [
    ([AgentStreamTests.start], true, AgentStreamLeg.Opening.begun), ([], true, .lost),
    ([#"{"event":"connected"}"#], true, .lost),
    ([#"{"event":"media","media":{"payload":"AQA="}}"#], false, .begun),
  ])
  func `a stream has begun, or was lost before`(
    said: [String], breaks: Bool, opening: AgentStreamLeg.Opening
  ) async throws {
    let loop = EventLoop.start(name: "leg")
    let found = try await Task(executorPreference: loop) {
      let peer = try Peer()
      let leg = AgentStreamLeg(channel: peer.channel, loop: loop)
      let found = Task(executorPreference: loop) { [leg = LoopBound(leg, loop: loop)] in
        await leg.value.open()
      }
      for text in said { peer.say(text) }
      if breaks { peer.breakTransport() }
      return await found.value
    }.value
    await loop.stop()
    #expect(found == opening)
  }

  @Test func `a broken rule closes with 1008, a hang-up with 1000`() async throws {
    let codes = try await onLoop { loop in
      let first = try Peer()
      let broken = AgentStreamLeg(channel: first.channel, loop: loop)
      first.say(#"{"event":"media","media":{"payload":"AQA="}}"#)
      let second = try Peer()
      let leg = AgentStreamLeg(channel: second.channel, loop: loop)
      second.say(AgentStreamTests.start)
      leg.hangUp()
      leg.hangUp()
      withExtendedLifetime((broken, leg)) {}
      return [first.closeCode, second.closeCode]
    }
    #expect(codes == [1008, 1000])
  }
}
