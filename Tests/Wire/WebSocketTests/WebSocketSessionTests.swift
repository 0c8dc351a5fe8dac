import Testing
import WebSocket

/// A client's frame with a mask of zeros, so that its payload can be read.
func masked(_ first: UInt8, _ payload: [UInt8]) -> [UInt8] {
  frame(first, payload, mask: 0x80)
}

func frame(_ first: UInt8, _ payload: [UInt8], mask: UInt8 = 0) -> [UInt8] {
  var bytes = [first]
  if payload.count < 126 {
    bytes.append(mask | UInt8(payload.count))
  } else {
    bytes += [mask | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
  }
  if mask != 0 { bytes += [0, 0, 0, 0] }
  return bytes + payload
}

final class SocketEnd {
  let session: WebSocketSession
  var seen: [WebSocketEvent] = []

  init(_ role: WebSocketRole, maxMessage: Int = 65_536) throws {
    session = try WebSocketSession(role: role, maxMessage: maxMessage)
  }

  func receive(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { session.receive($0) { seen.append($0) } }
  }

  func output() -> [UInt8] {
    var bytes: [UInt8] = []
    session.takeOutput(into: &bytes)
    return bytes
  }
}

@Suite struct WebSocketSessionTests {
  @Test(arguments: [0, 1, 125, 126, 65_535, 65_536])
  func `a message goes both ways, masked by the client only`(count: Int) throws {
    let client = try SocketEnd(.client)
    let server = try SocketEnd(.server)
    let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 & 127) }
    client.session.send(.text(payload))
    let up = client.output()
    #expect(up[1] & 0x80 != 0)
    server.receive(up)
    #expect(server.seen == [.message(.text(payload))])
    server.session.send(.binary(payload))
    let down = server.output()
    #expect(down[1] & 0x80 == 0)
    client.receive(down)
    #expect(client.seen == [.message(.binary(payload))])
  }

  @Test func `every split of a stream gives the same events`() throws {
    let bytes =
      masked(0x01, Array("nam".utf8)) + masked(0x89, [7]) + masked(0x00, [])
      + masked(0x80, Array("aste".utf8)) + masked(0x82, [0, 255])
      + masked(0x81, Array("न".utf8)) + masked(0x88, [3, 232] + Array("bye".utf8))
    let expected: [WebSocketEvent] = [
      .ping, .message(.text(Array("namaste".utf8))), .message(.binary([0, 255])),
      .message(.text(Array("न".utf8))), .close(WebSocketCloseReason(code: 1000, reason: "bye")),
    ]
    for cut in 0...bytes.count {
      let server = try SocketEnd(.server)
      server.receive(Array(bytes[..<cut]))
      server.receive(Array(bytes[cut...]))
      #expect(server.seen == expected)
      #expect(server.output().suffix(7) == frame(0x88, [3, 232] + Array("bye".utf8)))
      #expect(server.session.isFinished)
    }
    let server = try SocketEnd(.server)
    for byte in bytes { server.receive([byte]) }
    #expect(server.seen == expected)
  }

  @Test(arguments: [
    ("unmasked", frame(0x81, [97]), 1002), ("rsv", masked(0xc1, [97]), 1002),
    ("rsv3", masked(0x91, [97]), 1002),
    ("unknown data opcode", masked(0x83, []), 1002), ("unknown control", masked(0x8b, []), 1002),
    ("fragmented ping", masked(0x09, []), 1002),
    ("long ping", masked(0x89, [UInt8](repeating: 0, count: 126)), 1002),
    ("continuation of nothing", masked(0x80, [1]), 1002),
    ("new message inside one", masked(0x01, [97]) + masked(0x81, [97]), 1002),
    ("bad utf-8", masked(0x81, [0xc3, 0x28]), 1007),
    ("cut utf-8", masked(0x81, [0xe0, 0xa4]), 1007),
    ("surrogate", masked(0x81, [0xed, 0xa0, 0x80]), 1007),
    ("bad utf-8 in a fragment", masked(0x01, [0xff]), 1007),
    ("close of one byte", masked(0x88, [3]), 1002),
    ("close with 999", masked(0x88, [3, 231]), 1002),
    ("close with 1005", masked(0x88, [3, 237]), 1002),
    ("close with 1006", masked(0x88, [3, 238]), 1002),
    ("close with 5000", masked(0x88, [0x13, 0x88]), 1002),
    ("close with bad utf-8", masked(0x88, [3, 232, 0xff]), 1007),
    ("too big", masked(0x82, [UInt8](repeating: 0, count: 1001)), 1009),
    (
      "too big in pieces",
      masked(0x02, [UInt8](repeating: 0, count: 600))
        + masked(0x80, [UInt8](repeating: 0, count: 600)), 1009
    ),
  ])
  func `a broken rule closes with its code`(name: String, bytes: [UInt8], code: Int) throws {
    let server = try SocketEnd(.server, maxMessage: 1000)
    server.receive(bytes)
    let closes = server.seen.compactMap { event -> UInt16? in
      if case .close(let reason) = event { reason.code } else { nil }
    }
    #expect(closes == [UInt16(code)], "\(name)")
    let output = server.output()
    #expect(output.first == 0x88, "\(name)")
    // wslay answers a close frame of one byte without a code.
    let sent = [UInt8(code >> 8), UInt8(code & 255)]
    #expect(
      name == "close of one byte" || output.dropFirst(2).prefix(2).elementsEqual(sent), "\(name)")
    #expect(server.session.isFinished)
    server.seen = []
    server.receive(masked(0x81, [97]))
    #expect(server.seen.isEmpty)
  }

  @Test(arguments: [
    ("unmasked", frame(0x81, [97])), ("rsv", masked(0xc1, [97])),
    ("bad utf-8", masked(0x81, [0xff])),
  ])
  func `what came ahead of a broken rule is answered`(name: String, bytes: [UInt8]) throws {
    let server = try WebSocketSession(role: .server, maxMessage: 1000)
    (masked(0x81, [97]) + masked(0x89, [7]) + bytes).withUnsafeBytes { bytes in
      server.receive(bytes) { event in
        if case .message(let message) = event { server.send(message) }
      }
    }
    var output: [UInt8] = []
    server.takeOutput(into: &output)
    let answers = frame(0x81, [97]) + frame(0x8a, [7])
    #expect(output.starts(with: answers), "\(name)")
    #expect(output.dropFirst(answers.count).starts(with: [0x88, 2, 3]), "\(name)")
  }

  @Test(arguments: [1012, 1013, 1014])
  func `a code registered after the rfc is told as it came`(code: Int) throws {
    let payload = [UInt8(code >> 8), UInt8(code & 255)] + Array("later".utf8)
    let reason = WebSocketCloseReason(code: UInt16(code), reason: "later")
    let server = try SocketEnd(.server)
    let mask: [UInt8] = [9, 200, 3, 77]
    server.receive(
      [0x88, 0x80 | UInt8(payload.count)] + mask + zip(payload, 0...).map { $0 ^ mask[$1 % 4] })
    #expect(server.seen == [.close(reason)])
    #expect(server.session.violation == nil)
    // Going away is what wslay returns for it.
    #expect(server.output() == frame(0x88, [3, 233] + Array("later".utf8)))
    let client = try SocketEnd(.client)
    client.receive(frame(0x88, payload))
    #expect(client.seen == [.close(reason)])
  }

  @Test func `a client refuses masked frames`() throws {
    let client = try SocketEnd(.client)
    client.receive(masked(0x81, [97]))
    #expect(client.seen == [.close(WebSocketCloseReason(code: 1002))])
  }

  @Test func `a close without a code is 1005`() throws {
    let server = try SocketEnd(.server)
    server.receive(masked(0x88, []))
    #expect(server.seen == [.close(WebSocketCloseReason(code: 1005))])
  }

  @Test func `nothing is sent behind a close frame, and a long reason is cut`() throws {
    let server = try SocketEnd(.server)
    server.session.close(code: 1001, reason: String(repeating: "न", count: 60))
    server.session.send(.text([97]))
    server.session.ping()
    server.session.close(code: 1002)
    let output = server.output()
    #expect(output.count == 2 + 2 + 123)
    #expect(!server.session.isFinished)
    server.receive(masked(0x88, [3, 233]))
    #expect(server.session.isFinished)
  }

  @Test func `a message in countless fragments closes before it holds a multiple of the limit`()
    throws
  {
    let server = try SocketEnd(.server, maxMessage: 1000)
    server.receive(masked(0x02, [1]))
    var count = 1
    while server.seen.isEmpty, count < 900 {
      server.receive(masked(0x00, [1]))
      count += 1
    }
    // 101 bytes each, against twice the limit and 64 KiB.
    #expect(count == 669)
    #expect(server.seen == [.close(WebSocketCloseReason(code: 1009))])
    #expect(server.session.violation == 1009)
    #expect(server.output() == frame(0x88, [3, 0xf1]))
    #expect(server.session.isFinished)
  }

  @Test func `what a message in part holds is told until it is whole`() throws {
    let server = try SocketEnd(.server)
    server.receive(masked(0x01, [97, 98]))
    #expect(server.session.partialBytes == 102)
    // Neither is kept: a ping, and a fragment without a payload.
    server.receive(masked(0x89, [7]) + masked(0x00, []))
    #expect(server.session.partialBytes == 102)
    server.receive(Array(masked(0x80, [99, 100]).dropLast()))
    #expect(server.session.partialBytes == 203)
    server.receive([100])
    #expect(server.session.partialBytes == 0)
    #expect(server.seen == [.ping, .message(.text([97, 98, 99, 100]))])
  }

  @Test func `a message that is delivered is none in part any more`() throws {
    let session = try WebSocketSession(role: .server, maxMessage: 1000)
    var held: [Int] = []
    let bytes = masked(0x01, [97]) + masked(0x80, [98]) + masked(0x01, [99])
    bytes.withUnsafeBytes { session.receive($0) { _ in held.append(session.partialBytes) } }
    #expect(held == [0])
    #expect(session.partialBytes == 101)
  }

  @Test func `behind our close frame only the peer's matters`() throws {
    let server = try SocketEnd(.server)
    let begun = masked(0x82, [1, 2, 3])
    server.receive(Array(begun.dropLast()))
    server.session.close(code: 1001)
    _ = server.output()
    server.receive([3])
    server.seen = []
    // Each would break a rule but the first, and every one would be kept.
    for _ in 0..<10 { server.receive(masked(0x02, [1])) }
    #expect(server.seen.isEmpty)
    #expect(server.session.partialBytes == 0)
    #expect(!server.session.isFinished)
    server.receive(masked(0x88, [3, 233]))
    #expect(server.seen == [.close(WebSocketCloseReason(code: 1001))])
    #expect(server.session.isFinished)
  }

  @Test func `random bytes never trap`() throws {
    var state: UInt64 = 3
    for _ in 0..<2000 {
      let server = try SocketEnd(.server, maxMessage: 200)
      var bytes: [UInt8] = []
      for _ in 0..<40 {
        state = state &* 6_364_136_223_846_793_005 &+ 1
        bytes.append(UInt8(truncatingIfNeeded: state >> 40))
      }
      bytes[0] = 0x80 | bytes[0] & 0x0f
      bytes[1] |= 0x80
      server.receive(bytes)
      _ = server.output()
    }
  }
}
