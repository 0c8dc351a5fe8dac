internal import Foundation
internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix

/// `grpc-swift-peer server` serves on a free port of 127.0.0.1 until it is killed;
/// `grpc-swift-peer client PORT CASE` runs a case, `grpc-swift-peer list` names them.
@main
struct GRPCSwiftPeer {
  static func main() async throws {
    let words = Array(CommandLine.arguments.dropFirst())
    switch words.first {
    case "server": try await serve()
    case "list": Cases<HTTP2ClientTransport.Posix>.names.forEach { print($0) }
    case "client" where words.count == 3:
      guard let port = Int(words[1]) else { throw CaseFailure("\(words[1]) is no port") }
      try await call(port, words[2])
    default: throw CaseFailure("usage: server | list | client PORT CASE")
    }
  }

  private static func serve() async throws {
    let transport = HTTP2ServerTransport.Posix(
      address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: .plaintext,
      config: .defaults { $0.compression = .init(enabledAlgorithms: .all) })
    try await withThrowingTaskGroup(of: Void.self) { group in
      let server = GRPCServer(transport: transport, services: [TestService()])
      group.addTask { try await server.serve() }
      // What reads this line waits for it: it must not stay in a buffer.
      let port = try await transport.listeningAddress.ipv4?.port ?? 0
      try FileHandle.standardOutput.write(contentsOf: Data("\(port)\n".utf8))
      try await group.waitForAll()
    }
  }

  private static func call(_ port: Int, _ name: String) async throws {
    let transport = try HTTP2ClientTransport.Posix(
      target: .ipv4(address: "127.0.0.1", port: port), transportSecurity: .plaintext,
      config: .defaults {
        $0.compression = .init(algorithm: .none, enabledAlgorithms: .all)
      })
    try await withGRPCClient(transport: transport) { try await Cases(client: $0).run(name) }
  }
}
