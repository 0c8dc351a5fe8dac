public import EventLoop
public import GRPC
internal import Glibc
internal import RPCCore

/// Finds out where a server is. One resolver serves one channel.
public protocol NameResolver: Sendable {
  /// The addresses now, the preferred ones first. Asked when the channel is first used, and again
  /// when connections fail or end, ``ClientConfiguration/resolutionInterval`` apart at least. After
  /// a failure, or an answer without addresses, again as ``ClientConfiguration/backoff`` says.
  func resolve() async throws -> NameResolution
}

/// What a resolver found.
public struct NameResolution: Sendable {
  /// Where the server listens; none makes calls fail `unavailable` until there are some.
  public var addresses: [SocketAddress]
  /// Takes the place of ``ClientConfiguration/serviceConfig``; nil leaves that in force.
  public var serviceConfig: ServiceConfig?

  /// Addresses, with or without a service config.
  public init(addresses: [SocketAddress], serviceConfig: ServiceConfig? = nil) {
    self.addresses = addresses
    self.serviceConfig = serviceConfig
  }
}

/// Asks the system's resolver.
struct DNSResolver: NameResolver {
  /// What it takes to find this client's service config in DNS.
  struct ConfigLookup {
    /// This machine's name.
    var hostname = Self.ownName()
    /// Drawn once, so that a percentage does not move its clients at every answer.
    var lot = Int.random(in: 0..<100)
    /// Asked in place of the system's servers.
    var server: SocketAddress?

    private static func ownName() -> String {
      var name = [CChar](repeating: 0, count: 256)
      gethostname(&name, name.count - 1)
      return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  let loop: EventLoop
  let host: String
  let port: Int
  /// How long the look-up of the addresses may take.
  let timeout: Duration
  /// Nil does not ask for a service config.
  let lookup: ConfigLookup?

  func resolve() async throws -> NameResolution {
    NameResolution(
      addresses: try await loop.addresses(of: host, port: port, timeout: timeout),
      serviceConfig: try await config())
  }

  private func config() async throws -> ServiceConfig? {
    guard let lookup else { return nil }
    let records = try await loop.textRecords(
      of: ServiceConfigChoice.prefix + host, server: lookup.server)
    do {
      return try ServiceConfigChoice.config(
        in: records, hostname: lookup.hostname, lot: lookup.lot)
    } catch {
      throw RPCError(.unavailable, error.message, cause: error)
    }
  }
}
