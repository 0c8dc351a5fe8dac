internal import EventLoop
internal import Foundation
internal import RPCClient
internal import RPCCore
internal import TLS

/// A server and a key, as `tools/run` prints them.
struct Server {
  private let configuration: ClientConfiguration
  /// Goes with every call: it carries the API key.
  let options: CallOptions

  /// Reads VOICE_URL, VOICE_CA (needed only for a development server) and VOICE_API_KEY.
  init(environment: [String: String]) throws {
    guard let key = environment["VOICE_API_KEY"], !key.isEmpty else {
      throw ExampleFailure("VOICE_API_KEY is needed: the key's id and secret joined by _")
    }
    options = CallOptions(metadata: ["x-api-key": key])
    guard let text = environment["VOICE_URL"], let url = URL(string: text), let host = url.host,
      let scheme = url.scheme, ["http", "https"].contains(scheme)
    else { throw ExampleFailure("VOICE_URL is needed: https://HOST:PORT") }
    let port = url.port ?? (scheme == "https" ? 443 : 80)
    let tls = scheme == "https" ? ClientTLS(trust: try Self.trust(environment["VOICE_CA"])) : nil
    configuration = ClientConfiguration(address: SocketAddress(host: host, port: port), tls: tls)
  }

  private static func trust(_ path: String?) throws -> TLSTrust {
    guard let path, !path.isEmpty else { return .systemRoots }
    guard let pem = FileManager.default.contents(atPath: path) else {
      throw ExampleFailure("cannot read VOICE_CA, \(path)")
    }
    return .authorities(Array(pem))
  }

  /// Runs `body` with a channel of its own event loop, and closes both.
  func withChannel(_ body: @Sendable (Channel) async throws -> Void) async throws {
    let loop = EventLoop.start(name: "client")
    let outcome: Result<Void, any Error>
    do {
      let channel = try Channel(loop: loop, configuration: configuration)
      do {
        outcome = .success(try await body(channel))
      } catch {
        outcome = .failure(error)
      }
      await channel.close()
    } catch {
      outcome = .failure(error)
    }
    await loop.stop()
    try outcome.get()
  }
}

/// Why the example gave up, in one line for the terminal.
struct ExampleFailure: Error {
  let message: String

  init(_ message: String) { self.message = message }
}
