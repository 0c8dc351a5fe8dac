import Testing
import WebSocket

/// A channel whose transport is an array.
final class Wire {
  var written: [UInt8] = []
  var ended = 0
  var pending = 0
  var messages: [WebSocketMessage] = []
  var closes: [WebSocketCloseReason] = []

  func channel(_ role: WebSocketRole = .server) throws -> WebSocketChannel {
    WebSocketChannel(
      session: try WebSocketSession(role: role, maxMessage: 1000),
      write: { self.written += $0 }, pendingBytes: { self.pending },
      endTransport: { self.ended += 1 })
  }

  func listen(to channel: WebSocketChannel) {
    channel.onMessage = { self.messages.append($0) }
    channel.onClose = { self.closes.append($0) }
  }
}

extension WebSocketChannel {
  func receive(_ bytes: [UInt8]) { bytes.withUnsafeBytes { receive($0) } }
}

@Suite struct WebSocketChannelTests {
  @Test func `messages come in order and the close comes once, last`() throws {
    let wire = Wire()
    let channel = try wire.channel()
    wire.listen(to: channel)
    channel.receive(masked(0x81, [97]) + masked(0x82, [1]) + masked(0x88, [3, 232]))
    channel.transportClosed()
    #expect(wire.messages == [.text([97]), .binary([1])])
    #expect(wire.closes == [WebSocketCloseReason(code: 1000)])
    #expect(wire.ended == 1)
    #expect(wire.written == frame(0x88, [3, 232]))
    channel.send(.text([97]))
    channel.close()
    #expect(wire.written.count == 4)
  }

  @Test func `a broken transport is 1006`() throws {
    let wire = Wire()
    let channel = try wire.channel()
    wire.listen(to: channel)
    channel.transportClosed()
    channel.transportClosed()
    #expect(wire.closes == [.transportBroke])
    #expect(wire.ended == 0)
  }

  @Test func `an abort ends the transport without a close frame`() throws {
    let wire = Wire()
    let channel = try wire.channel()
    wire.listen(to: channel)
    channel.abort()
    channel.abort()
    #expect(wire.closes == [.transportBroke])
    #expect(wire.ended == 1)
    #expect(wire.written.isEmpty)
  }

  @Test func `our close waits for the peer's and delivers nothing more`() throws {
    let wire = Wire()
    let channel = try wire.channel()
    wire.listen(to: channel)
    channel.close(code: 1001, reason: "drain")
    #expect(!channel.isOpen && !channel.isClosed)
    channel.send(.text([97]))
    channel.receive(masked(0x81, [98]))
    #expect(wire.closes.isEmpty && wire.messages.isEmpty)
    channel.receive(masked(0x88, [3, 233]))
    #expect(wire.closes == [WebSocketCloseReason(code: 1001)])
    #expect(wire.ended == 1)
  }

  @Test func `what came before anybody listened is not lost`() throws {
    let wire = Wire()
    let channel = try wire.channel()
    channel.receive(masked(0x81, [97]) + masked(0x88, [3, 232]))
    #expect(channel.isClosed)
    wire.listen(to: channel)
    #expect(wire.messages == [.text([97])])
    #expect(wire.closes == [WebSocketCloseReason(code: 1000)])
  }

  @Test func `a channel nobody listens to does not grow without end`() throws {
    let wire = Wire()
    let channel = try wire.channel()
    for _ in 0..<1200 where channel.isOpen {
      channel.receive(masked(0x82, [UInt8](repeating: 0, count: 1000)))
    }
    #expect(!channel.isOpen)
  }

  @Test func `a broken rule closes and ends the transport`() throws {
    let wire = Wire()
    let channel = try wire.channel()
    wire.listen(to: channel)
    channel.receive(masked(0x81, [0xff]))
    #expect(wire.closes == [WebSocketCloseReason(code: 1007)])
    #expect(wire.ended == 1)
    #expect(wire.written.prefix(4) == [0x88, 2, 3, 239])
  }

  @Test func `a handler may answer and close while it is called`() throws {
    let wire = Wire()
    let channel = try wire.channel()
    channel.onMessage = { message in
      wire.messages.append(message)
      channel.send(message)
      channel.close()
    }
    channel.receive(masked(0x82, [1]) + masked(0x82, [2]))
    #expect(wire.messages == [.binary([1])])
    #expect(wire.written == frame(0x82, [1]) + frame(0x88, [3, 232]))
    channel.onMessage = nil
  }

  @Test func `pongs are told and buffered bytes are the owner's`() throws {
    let wire = Wire()
    let channel = try wire.channel()
    var pongs: [[UInt8]] = []
    channel.onPong = { pongs.append($0) }
    channel.ping()
    #expect(wire.written == [0x89, 0])
    channel.receive(masked(0x8a, [5]))
    #expect(pongs == [[5]])
    wire.pending = 77
    #expect(channel.bufferedBytes == 77)
  }
}
