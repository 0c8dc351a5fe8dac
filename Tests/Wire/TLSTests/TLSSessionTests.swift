import Glibc
import Synchronization
import TLS
import Testing

/// Two TLS ends joined by memory.
final class TLSPair {
  let server: TLSSession
  let client: TLSSession
  var atServer: [UInt8] = []
  var atClient: [UInt8] = []

  init(server: TLSContext, client: TLSContext, name: String = "localhost") throws {
    self.server = try TLSSession(server: server)
    self.client = try TLSSession(client: client, serverName: name)
  }

  /// Carries ciphertext in pieces of at most `step` bytes until nothing moves.
  func exchange(step: Int = .max) throws {
    while server.hasCiphertext || client.hasCiphertext {
      var bytes: [UInt8] = []
      client.takeCiphertext(into: &bytes)
      try feed(bytes, to: server, &atServer, step)
      bytes = []
      server.takeCiphertext(into: &bytes)
      try feed(bytes, to: client, &atClient, step)
    }
  }

  private func feed(
    _ bytes: [UInt8], to session: TLSSession, _ plain: inout [UInt8], _ step: Int
  ) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = Array(rest.prefix(step))
      rest = rest.dropFirst(piece.count)
      try piece.withUnsafeBytes { try session.receiveCiphertext($0, into: &plain) }
    }
  }
}

@Suite struct TLSSessionTests {
  static let identity: TLSIdentity = {
    guard let made = try? SelfSignedCertificate.generate(names: ["voice.test", "10.0.0.1"]) else {
      fatalError("a certificate can always be made")
    }
    return made
  }()

  static func contexts(
    protocols: [String] = ["h2", "http/1.1"], offered: [String] = ["h2"]
  ) throws -> (TLSContext, TLSContext) {
    (
      try TLSContext.server(identity: identity, protocols: protocols),
      try TLSContext.client(trust: .authorities(identity.certificateChain), protocols: offered)
    )
  }

  @Test(arguments: [1, 7, 1000, Int.max])
  func `bytes arrive whatever the borders of the ciphertext`(step: Int) throws {
    let (server, client) = try Self.contexts()
    let pair = try TLSPair(server: server, client: client)
    try pair.exchange(step: step)
    #expect(pair.server.state == .open)
    #expect(pair.client.state == .open)
    #expect(pair.server.negotiatedProtocol == "h2")
    #expect(pair.client.negotiatedProtocol == "h2")
    #expect(pair.server.requestedServerName == "localhost")
    #expect(pair.client.version == "TLSv1.3")
    let body = (0..<40_000).map { UInt8(truncatingIfNeeded: $0) }
    try pair.client.send(body)
    try pair.server.send([1, 2, 3])
    try pair.exchange(step: step)
    #expect(pair.atServer == body)
    #expect(pair.atClient == [1, 2, 3])
  }

  @Test func `a server has the last word of a handshake only in its own flight`() throws {
    let (server, client) = try Self.contexts()
    let pair = try TLSPair(server: server, client: client)
    var flight: [UInt8] = []
    var plain: [UInt8] = []
    for (sender, receiver) in [
      (pair.client, pair.server), (pair.server, pair.client), (pair.client, pair.server),
    ] {
      flight = []
      sender.takeCiphertext(into: &flight)
      try flight.withUnsafeBytes { try receiver.receiveCiphertext($0, into: &plain) }
    }
    #expect(pair.server.state == .open)
    // Tickets would come here, for sessions that are never resumed.
    #expect(!pair.server.hasCiphertext)
  }

  @Test func `our protocol order wins, and a client without alpn is taken`() throws {
    let (server, client) = try Self.contexts(offered: ["http/1.1", "h2"])
    let pair = try TLSPair(server: server, client: client)
    try pair.exchange()
    #expect(pair.server.negotiatedProtocol == "h2")
    let (plainServer, plainClient) = try Self.contexts(offered: [])
    let plain = try TLSPair(server: plainServer, client: plainClient)
    try plain.exchange()
    #expect(plain.server.negotiatedProtocol == nil)
    #expect(plain.server.state == .open)
  }

  @Test func `a client that offers nothing we speak is refused`() throws {
    let (server, client) = try Self.contexts(offered: ["spdy/3"])
    let pair = try TLSPair(server: server, client: client)
    let error = #expect(throws: TLSError.self) { try pair.exchange() }
    #expect(error?.kind == .handshake)
    #expect(pair.server.hasCiphertext)
  }

  @Test(arguments: [
    ("localhost", true), ("127.0.0.1", true), ("::1", true), ("voice.test", true),
    ("10.0.0.1", true), ("other.test", false), ("10.0.0.2", false),
  ])
  func `the certificate must carry the name we asked for`(name: String, isGood: Bool) throws {
    let (server, client) = try Self.contexts()
    let pair = try TLSPair(server: server, client: client, name: name)
    if isGood {
      try pair.exchange()
      #expect(pair.client.state == .open)
    } else {
      let error = #expect(throws: TLSError.self) { try pair.exchange() }
      #expect(error?.kind == .verification)
    }
  }

  @Test func `a certificate nobody vouches for is refused, a pinned one is taken by any name`()
    throws
  {
    let server = try TLSContext.server(identity: Self.identity)
    let strict = try TLSPair(server: server, client: try .client())
    #expect(throws: TLSError.self) { try strict.exchange() }
    let pinned = try TLSContext.client(trust: .pinned(Self.identity.certificateChain))
    for name in ["whatever.test", "10.9.9.9"] {
      let pair = try TLSPair(server: server, client: pinned, name: name)
      try pair.exchange()
      #expect(pair.client.state == .open)
    }
    let other = try SelfSignedCertificate.generate()
    let wrong = try TLSContext.client(trust: .pinned(other.certificateChain))
    #expect(throws: TLSError.self) { try TLSPair(server: server, client: wrong).exchange() }
  }

  @Test func `a certificate tells when it ends`() throws {
    let made = try SelfSignedCertificate.generate()
    let lifetime = Int64(SelfSignedCertificate.validDays) * 86_400
    let end = try made.expiry()
    let now = Int64(time(nil))
    #expect((now + lifetime - 60...now + lifetime).contains(end))
    // Of a chain, the own certificate counts.
    var chain = made
    chain.certificateChain += Self.identity.certificateChain
    #expect(try chain.expiry() == end)
    chain.certificateChain = []
    #expect(throws: TLSError.self) { try chain.expiry() }
  }

  @Test func `a reload serves new sessions and leaves old ones alone`() throws {
    let (server, client) = try Self.contexts()
    let old = try TLSPair(server: server, client: client)
    let next = try SelfSignedCertificate.generate()
    try server.reload(identity: next)
    try old.exchange()
    #expect(old.client.state == .open)
    #expect(throws: TLSError.self) { try TLSPair(server: server, client: client).exchange() }
    let believer = try TLSContext.client(trust: .authorities(next.certificateChain))
    let fresh = try TLSPair(server: server, client: believer)
    try fresh.exchange()
    #expect(fresh.client.state == .open)
    #expect(throws: TLSError.self) {
      try server.reload(
        identity: TLSIdentity(
          certificateChain: next.certificateChain, privateKey: Self.identity.privateKey))
    }
    let still = try TLSPair(server: server, client: believer)
    try still.exchange()
    #expect(still.client.state == .open)
  }

  @Test func `a goodbye is told apart from a cut`() throws {
    let (server, client) = try Self.contexts()
    let pair = try TLSPair(server: server, client: client)
    try pair.exchange()
    pair.client.close()
    try pair.exchange()
    #expect(pair.server.state == .closed)
    try pair.server.endOfInput()
    let cut = try TLSPair(server: server, client: client)
    try cut.exchange()
    let error = #expect(throws: TLSError.self) { try cut.server.endOfInput() }
    #expect(error?.kind == .cutShort)
  }

  @Test func `nothing that comes behind a goodbye is kept`() throws {
    let (server, client) = try Self.contexts()
    let pair = try TLSPair(server: server, client: client)
    try pair.exchange()
    pair.client.close()
    try pair.exchange()
    let noise = [UInt8](repeating: 7, count: 100_000)
    try noise.withUnsafeBytes { try pair.server.receiveCiphertext($0, into: &pair.atServer) }
    #expect(pair.server.unreadCiphertext == 0)
    #expect(pair.server.state == .closed)
    #expect(pair.atServer.isEmpty)
  }

  @Test func `changed records and noise fail the session and nothing traps`() throws {
    let (server, client) = try Self.contexts()
    let pair = try TLSPair(server: server, client: client)
    try pair.exchange()
    try pair.client.send([1, 2, 3])
    var bytes: [UInt8] = []
    pair.client.takeCiphertext(into: &bytes)
    bytes[bytes.count - 1] ^= 1
    var plain: [UInt8] = []
    #expect(throws: TLSError.self) {
      try bytes.withUnsafeBytes { try pair.server.receiveCiphertext($0, into: &plain) }
    }
    #expect(plain.isEmpty)
    #expect(pair.server.state == .failed)
    #expect(throws: TLSError.self) { try pair.server.send([1]) }
    for text in ["GET / HTTP/1.1\r\n\r\n", "\u{16}\u{3}\u{1}aaaaaaaa", "\u{0}"] {
      let noise = try TLSSession(server: server)
      _ = try? Array(text.utf8).withUnsafeBytes { try noise.receiveCiphertext($0, into: &plain) }
      #expect(noise.state != .open)
    }
  }

  @Test func `a broken identity or authority is refused with a reason`() {
    let garbage = Array("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".utf8)
    #expect(throws: TLSError.self) {
      try TLSContext.server(identity: TLSIdentity(certificateChain: [], privateKey: []))
    }
    #expect(throws: TLSError.self) {
      try TLSContext.server(
        identity: TLSIdentity(certificateChain: garbage, privateKey: Self.identity.privateKey))
    }
    #expect(throws: TLSError.self) { try TLSContext.client(trust: .authorities(garbage)) }
    #expect(throws: TLSError.self) { try SelfSignedCertificate.generate(names: ["a,DNS:b"]) }
  }
}
