import EventLoop
import HTTP2
import RPCClient
import RPCCore
import TLS

/// A channel, a scripted server, and the loop both live on.
struct Rig {
  let loop: EventLoop
  let server: PeerServer
  let channel: Channel

  init(
    _ configure: (inout ClientConfiguration) -> Void = { _ in }, tls: TLSContext? = nil,
    settings: HTTP2Configuration = .peer, _ script: @escaping PeerServer.Script
  ) async throws {
    loop = EventLoop.start(name: "test")
    server = PeerServer(loop: loop, tls: tls, settings: settings, script)
    var configuration = ClientConfiguration(address: try await server.start())
    configure(&configuration)
    channel = try Channel(loop: loop, configuration: configuration)
  }

  func stop() async {
    await channel.close()
    await server.stop()
    await loop.stop()
  }
}

let echo = MethodDescriptor(service: "test.Echo", name: "Say", kind: .unary)
let chat = MethodDescriptor(service: "test.Echo", name: "Chat", kind: .bidirectional)
let watch = MethodDescriptor(service: "test.Echo", name: "Watch", kind: .serverStreaming)

/// Sends text to Say and gives the text that comes back.
func say(
  _ rig: Rig, _ text: String = "hi", _ options: CallOptions = CallOptions()
) async throws -> String {
  let answer = try await rig.channel.unary(
    echo, Array(text.utf8), in: .bytes, out: .bytes, options: options)
  return String(decoding: answer, as: UTF8.self)
}

/// What `body` fails with.
func failure(_ body: () async throws -> some Sendable) async -> RPCError? {
  do {
    _ = try await body()
    return nil
  } catch {
    return error as? RPCError
  }
}
