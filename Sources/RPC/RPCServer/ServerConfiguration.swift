public import EventLoop
public import TLS
package import Telemetry

/// Where a server listens, how, and what it allows its clients.
public struct ServerConfiguration: Sendable {
  /// Addresses to listen on; port 0 lets the system choose.
  public var listen: [SocketAddress]
  /// Serves TLS on every address; `nil` is cleartext.
  public var tls: TLSContext?
  public var limits = ServerLimits()
  /// Which pages of other origins may call the server; `nil` says nothing about any, so browsers
  /// let none.
  public var cors: CORSPolicy?
  /// Where the server's figures are booked.
  package var metrics = MetricsRegistry.process
  /// Writes one log line for every call, at level info.
  public var logsCalls = true

  /// Cleartext on `listen`, with the default limits.
  public init(listen: [SocketAddress]) { self.listen = listen }

  /// TLS or cleartext on `listen`, with the default limits.
  public init(listen: [SocketAddress], tls: TLSContext?) {
    self.listen = listen
    self.tls = tls
  }
}

/// What a server allows before it refuses; every default is meant for the open internet.
public struct ServerLimits: Sendable {
  /// Open connections in the whole process.
  public var connections = 10_000
  /// Open connections from one address.
  public var connectionsPerAddress = 1_000
  /// Calls at once on one HTTP/2 connection; a slot is free when its handler has ended.
  public var concurrentStreams = 100
  /// Bytes of one header list, counted as HTTP/2 counts (RFC 9113, 10.5.1).
  public var headerListSize = 16 * 1024
  /// Bytes of one gRPC request message, before and after decompression.
  public var messageSize = 4 * 1024 * 1024
  /// Bytes of the body of a REST call or a plain route.
  public var bodySize = 8 * 1024 * 1024
  /// Bytes of one WebSocket message.
  public var webSocketMessageSize = 256 * 1024
  /// From accept to the first whole request head, TLS included.
  public var handshakeTimeout = Duration.seconds(10)
  /// From the first byte of a later HTTP/1.1 request to its whole head.
  public var headerTimeout = Duration.seconds(10)
  /// A whole request body of REST calls and plain routes.
  public var bodyTimeout = Duration.seconds(60)
  /// An HTTP/1.1 connection between requests.
  public var idleTimeout = Duration.seconds(75)
  /// An HTTP/2 connection without calls gets GOAWAY after this; `nil` keeps it.
  public var idleTimeoutHTTP2: Duration? = .seconds(600)
  /// An HTTP/2 connection gets GOAWAY at this age, a tenth more or less; `nil` lets it live. Behind
  /// a load balancer it is what lets new servers have their share.
  public var connectionAge: Duration?
  /// What calls get after that before they are ended; `nil`, the default, lets them run to their
  /// end: a phone call must not be cut for the sake of balance.
  public var connectionAgeGrace: Duration?
  /// A peer that takes nothing of what waits for it loses the stream.
  public var stallTimeout = Duration.seconds(30)
  /// Silence after which an HTTP/2 connection is probed with a ping.
  public var keepaliveTime = Duration.seconds(7_200)
  /// How long the answer to that ping may take.
  public var keepaliveTimeout = Duration.seconds(20)
  /// Least time between a client's pings while it has calls.
  public var pingInterval = Duration.seconds(300)
  /// Bytes that wait in one stream before its sender is suspended.
  public var streamQueueSize = 64 * 1024
  /// Stream resets one connection may cause before it is closed: burst, then per second.
  public var resetBurst = 1_000
  public var resetsPerSecond = 33

  /// The defaults above.
  public init() {}
}
