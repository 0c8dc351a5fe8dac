public import EventLoop
public import GRPC
public import TLS

/// How a channel reaches its server and what it allows.
public struct ClientConfiguration: Sendable {
  /// Where the server listens.
  public var address: SocketAddress
  /// TLS with ALPN `h2`; nil speaks HTTP/2 in the clear.
  public var tls: ClientTLS?
  /// The `:authority` of calls; nil makes it from the address.
  public var authority: String?
  /// Largest response message in bytes.
  public var maxMessageBytes = 4 * 1024 * 1024
  /// How long one attempt to connect may take, TLS and HTTP/2 settings included.
  public var connectTimeout = Duration.seconds(20)
  /// How long to wait between failed attempts.
  public var backoff = Backoff()
  /// Silence after which a PING is sent; nil sends none. Less than 10 s is taken as 10 s.
  public var keepaliveInterval: Duration?
  /// How long the answer to a PING may take before the connection counts as lost.
  public var keepaliveTimeout = Duration.seconds(20)
  /// The value of `user-agent`.
  public var userAgent = "grpc-swift-payaid/1"

  /// A configuration with the defaults above.
  public init(address: SocketAddress, tls: ClientTLS? = nil) {
    self.address = address
    self.tls = tls
  }

  var scheme: String { tls == nil ? "http" : "https" }

  var authorityText: String {
    if let authority { return authority }
    guard let host = address.host, let port = address.port else { return "localhost" }
    let name = tls?.serverName ?? host
    return name.contains(":") ? "[\(name)]:\(port)" : "\(name):\(port)"
  }
}

/// Whom a client believes over TLS, and the name it asks for.
public struct ClientTLS: Sendable {
  public var trust: TLSTrust
  /// The name the certificate must have, sent as SNI; nil takes the address's host.
  public var serverName: String?

  /// Trust in the system's authorities unless told otherwise.
  public init(trust: TLSTrust = .systemRoots, serverName: String? = nil) {
    self.trust = trust
    self.serverName = serverName
  }
}
