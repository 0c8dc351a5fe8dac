public import EventLoop
public import GRPC

/// Finds out where a server is. One resolver serves one channel.
public protocol NameResolver: Sendable {
  /// The addresses now, the preferred ones first. Asked when the channel is first used, and again
  /// when connections fail or end, ``ClientConfiguration/resolutionInterval`` apart at least.
  func resolve() async throws -> NameResolution
}

/// What a resolver found.
public struct NameResolution: Sendable {
  /// Where the server listens; none makes calls fail `unavailable`.
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
  let loop: EventLoop
  let host: String
  let port: Int

  func resolve() async throws -> NameResolution {
    NameResolution(addresses: try await loop.addresses(of: host, port: port))
  }
}
