internal import ArgumentParser
internal import EventLoop
internal import FoundationEssentials
internal import RPCClient
internal import RPCCore
internal import TLS

/// Where the server is and who asks; the same for every command that talks to it.
struct ServerOptions: ParsableArguments {
  @Option(help: "The server, https://HOST:PORT; else VOICE_URL.")
  var url: String?

  @Option(help: "A PEM file of whom to trust, for a development server; else VOICE_CA.")
  var ca: String?

  @Option(help: "The API key: id and secret joined by an underscore; else VOICE_API_KEY.")
  var key: String?

  /// Opens a channel, runs `body` with it and the caller's metadata, and closes it.
  func withChannel<Result>(
    _ body: (any ClientChannel, Metadata) async throws -> Result
  ) async throws -> Result {
    try await open(try configuration(try trust())) { try await body($0, try metadata()) }
  }

  /// The same without a caller, and with any name for the certificate of `--ca`.
  func withProbe<Result>(
    _ body: (any ClientChannel) async throws -> Result
  ) async throws -> Result {
    try await open(try configuration(try authority().map(TLSTrust.pinned) ?? .systemRoots), body)
  }

  private func open<Result>(
    _ configuration: ClientConfiguration, _ body: (any ClientChannel) async throws -> Result
  ) async throws -> Result {
    let loop = EventLoop.start(name: "voicectl")
    do {
      let channel = try Channel(loop: loop, configuration: configuration)
      let result: Result
      do {
        result = try await body(channel)
      } catch {
        await channel.close()
        throw error
      }
      await channel.close()
      await loop.stop()
      return result
    } catch let error as RPCError {
      await loop.stop()
      throw CommandFailure(description: "\(error.code): \(error.message)")
    } catch {
      await loop.stop()
      throw error
    }
  }

  private func setting(_ option: String?, _ variable: String, _ what: String) throws -> String {
    let environment = ProcessInfo.processInfo.environment
    guard let value = option ?? environment[variable], !value.isEmpty else {
      throw ValidationError("\(what) is needed: --\(what) or \(variable)")
    }
    return value
  }

  private func metadata() throws -> Metadata {
    var metadata = Metadata()
    metadata.add(try setting(key, "VOICE_API_KEY", "key"), for: "x-api-key")
    return metadata
  }

  private func configuration(_ trust: @autoclosure () throws -> TLSTrust) throws
    -> ClientConfiguration
  {
    let text = try setting(url, "VOICE_URL", "url")
    guard let url = URL(string: text), let host = url.host, let scheme = url.scheme,
      ["http", "https"].contains(scheme)
    else { throw ValidationError("--url must be https://HOST:PORT") }
    let isSecure = scheme == "https"
    let address = SocketAddress(host: host, port: url.port ?? (isSecure ? 443 : 80))
    var configuration = ClientConfiguration(address: address)
    if isSecure { configuration.tls = ClientTLS(trust: try trust()) }
    return configuration
  }

  private func trust() throws -> TLSTrust {
    try authority().map(TLSTrust.authorities) ?? .systemRoots
  }

  /// The certificates that are named; nil when none are.
  private func authority() throws -> [UInt8]? {
    guard let path = ca ?? ProcessInfo.processInfo.environment["VOICE_CA"] else { return nil }
    guard let pem = FileManager.default.contents(atPath: path) else {
      throw ValidationError("cannot read \(path)")
    }
    return Array(pem)
  }
}

/// What a command could not do, in one line for the terminal.
struct CommandFailure: Error, CustomStringConvertible {
  let description: String
}
