import EventLoop
import KeyValue
import KeyValueSchema
import RPCCore
import RPCServer

/// Serves on 127.0.0.1:8080, or the port given, until it is killed: gRPC, gRPC-Web, Connect and REST.
@main
struct KeyValueServer {
  static func main() async throws {
    let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 8080
    let server = try Server(
      loops: EventLoopGroup(count: 1),
      configuration: ServerConfiguration(listen: [SocketAddress(host: "127.0.0.1", port: port)]),
      services: [KeyValueService(Store())],
      bindings: [Example.Kv.V1.KeyValueServiceBinding.binding],
      interceptors: [.authentication(tokens: ["secret": "you"]), .logging { print($0) }])
    print("listening on \(try await server.start())")
    while true { try await Task.sleep(for: .seconds(3600)) }
  }
}
