internal import InteropSchema
internal import Protobuf
internal import RPCCore
internal import Schema

/// What a client does when one connection has as many calls as it may have.
enum ScalingCases {
  /// With two streams a connection and a service config that allows two connections, the third call
  /// goes over the second connection.
  @Sendable static func connections(_ peer: Peer) async throws {
    var calls:
      [ClientStream<Testing.StreamingOutputCallRequest, Testing.StreamingOutputCallResponse>] =
        []
    var sockets: [String] = []
    for _ in 0..<3 {
      let call = try await peer.service.fullDuplexCall()
      calls.append(call)
      try await call.send(
        .with { $0.responseParameters = [.with { $0.fillPeerSocketAddress = .of(true) }] })
      guard let answer = try await call.responses.next() else {
        throw CaseFailure("no response came")
      }
      sockets.append(answer.peerSocketAddress)
    }
    try expect(!sockets[0].isEmpty, "the server does not know where calls come from")
    try expect(sockets[0] == sockets[1], "two calls have two connections: \(sockets)")
    try expect(sockets[2] != sockets[0], "three calls share a connection: \(sockets)")
    for call in calls {
      try await call.finishSending()
      try expect(try await call.responses.next() == nil, "more responses than requests")
    }
  }
}
