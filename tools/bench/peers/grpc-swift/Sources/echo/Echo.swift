// bench.v1.Bench on grpc-swift-2 over NIO, as its own tutorial writes it.
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf

@main
struct Echo: Bench_V1_Bench.SimpleServiceProtocol {
  static func main() async throws {
    guard let port = CommandLine.arguments.last.flatMap({ Int($0) }) else {
      fatalError("usage: echo PORT")
    }
    let server = GRPCServer(
      transport: .http2NIOPosix(
        address: .ipv4(host: "127.0.0.1", port: port), transportSecurity: .plaintext),
      services: [Echo()])
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.serve() }
      _ = try await server.listeningAddress
      try FileHandle.standardOutput.write(contentsOf: Data("ready\n".utf8))
      try await group.waitForAll()
    }
  }

  func unary(
    request: Bench_V1_Payload, context: ServerContext
  ) async throws -> Bench_V1_Payload {
    request
  }

  func chat(
    request: RPCAsyncSequence<Bench_V1_Frame, any Error>, response: RPCWriter<Bench_V1_Frame>,
    context: ServerContext
  ) async throws {
    for try await frame in request { try await response.write(frame) }
  }
}
