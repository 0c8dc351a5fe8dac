internal import InteropSchema
internal import Protobuf
internal import Schema

/// Cases of one request and one response.
enum UnaryCases {
  @Sendable static func empty(_ peer: Peer) async throws {
    let response = try await peer.service.emptyCall(Testing.Empty())
    try expect(response.serializedBytes().isEmpty, "the response is not empty")
  }

  @Sendable static func large(_ peer: Peer) async throws {
    let response = try await peer.service.unaryCall(.large)
    try expectLarge(response)
  }

  static func expectLarge(_ response: Testing.SimpleResponse) throws {
    let body = response.payload?.body ?? []
    try expect(body.count == 314_159, "the payload has \(body.count) bytes")
    try expect(body.allSatisfy { $0 == 0 }, "the payload is not all zeros")
  }

  @Sendable static func concurrentLarge(_ peer: Peer) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<peer.pace.concurrentCalls { group.addTask { try await large(peer) } }
      try await group.waitForAll()
    }
  }

  @Sendable static func pickFirst(_ peer: Peer) async throws {
    let request = Testing.SimpleRequest.with {
      $0.responseSize = 1
      $0.payload = .zeros(1)
      $0.fillServerId = true
    }
    var servers: Set<String> = []
    for _ in 0..<100 { servers.insert(try await peer.service.unaryCall(request).serverId) }
    try expect(servers.count == 1 && !servers.contains(""), "the servers are \(servers)")
  }
}
