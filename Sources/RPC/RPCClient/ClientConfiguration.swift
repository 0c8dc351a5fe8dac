public import EventLoop
public import GRPC
public import RPCCore
public import TLS

/// How a channel reaches its server and what it allows.
public struct ClientConfiguration: Sendable {
  /// Which server.
  public var target: Target
  /// TLS with ALPN `h2`; nil speaks HTTP/2 in the clear.
  public var tls: ClientTLS?
  /// The `:authority` of calls; nil makes it from the target.
  public var authority: String?
  /// How calls behave, unless the resolver has a config of its own.
  public var serviceConfig = ServiceConfig()
  /// Whether DNS is asked for a service config beside the addresses of a host, in the TXT record
  /// `_grpc_config.HOST` (gRFC A2); one that is there for this client takes the place of
  /// ``serviceConfig``. Off, as whoever answers for DNS could steer calls.
  public var asksDNSForServiceConfig = false
  /// Whether a health check that the service config asks for is made.
  public var checksHealth = true
  /// Largest response message in bytes.
  public var maxMessageBytes = 4 * 1024 * 1024
  /// Bytes of a call's requests that are kept for another attempt; a call that sends more has one.
  public var replayBytes = 256 * 1024
  /// How long one attempt to connect may take at least, TLS and HTTP/2 settings included.
  public var connectTimeout = Duration.seconds(20)
  /// How long an address is tried before the next one is tried beside it (gRFC A61; RFC 8305 asks for
  /// 100 ms to 2 s).
  public var connectionAttemptDelay = Duration.milliseconds(250)
  /// How long to wait between failed attempts.
  public var backoff = Backoff()
  /// How often the resolver may be asked, after it had addresses.
  public var resolutionInterval = Duration.seconds(30)
  /// How long a channel without calls keeps its connections; nil for ever.
  public var idleTimeout: Duration? = .seconds(30 * 60)
  /// Silence after which a PING is sent; nil sends none. Less than 10 s is taken as 10 s.
  public var keepaliveInterval: Duration?
  /// How long the answer to a PING may take before the connection counts as lost.
  public var keepaliveTimeout = Duration.seconds(20)
  /// Whether a PING is sent while there are no calls, too.
  public var keepaliveWithoutCalls = false
  /// Code around every call, the first one outermost.
  public var interceptors: [ClientInterceptor] = []
  /// The value of `user-agent`.
  public var userAgent = "grpc-swift-payaid/1"

  /// A configuration with the defaults above for one address.
  public init(address: SocketAddress, tls: ClientTLS? = nil) {
    self.init(target: Target(address), tls: tls)
  }

  /// A configuration with the defaults above for whatever `target` stands for.
  public init(target: Target, tls: ClientTLS? = nil) {
    self.target = target
    self.tls = tls
  }

  var scheme: String { tls == nil ? "http" : "https" }

  var authorityText: String { authority ?? target.authority(named: tls?.serverName) }
}

/// Whom a client believes over TLS, and the name it asks for.
public struct ClientTLS: Sendable {
  /// Whose certificates are believed.
  public var trust: TLSTrust
  /// The name the certificate must have, sent as SNI; nil takes the target's host.
  public var serverName: String?

  /// Trust in the system's authorities unless told otherwise.
  public init(trust: TLSTrust = .systemRoots, serverName: String? = nil) {
    self.trust = trust
    self.serverName = serverName
  }
}
