public import EventLoop
public import TLS
package import Telemetry

/// Where a server listens, how, and what it allows its clients.
public struct ServerConfiguration: Sendable {
  /// Addresses to listen on; port 0 lets the system choose.
  public var listen: [SocketAddress]
  /// Serves TLS on every address; `nil` is cleartext.
  public var tls: TLSContext?
  /// What clients may do before they are refused.
  public var limits = ServerLimits()
  /// Which pages of other origins may call the server; `nil` says nothing about any, so browsers
  /// let none.
  public var cors: CORSPolicy?
  /// What answers say to browsers; `nil` adds nothing.
  public var security: SecurityHeaders?
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
  /// Connections of one address that may be ended for abuse; beyond it, new ones are not let in.
  /// Behind a proxy that hides addresses, raise it.
  public var abusesPerAddress = Rate(burst: 1_000, perSecond: 10)
  /// Calls at once on one HTTP/2 connection; a slot is free when its handler has ended.
  public var concurrentStreams = 100
  /// Bytes of one header list, counted as HTTP/2 counts (RFC 9113, 10.5.1).
  public var headerListSize = 16 * 1024
  /// Bytes of one gRPC request message, before and after decompression.
  public var messageSize = 4 * 1024 * 1024
  /// Bytes of the body of a REST call or a plain route.
  public var bodySize = 8 * 1024 * 1024
  /// Bytes of a body that an HTTP/2 client may send after its request has been answered, as clients
  /// do that read nothing before they have sent everything; all of it is thrown away. Beyond it, and
  /// after `bodyTimeout`, the stream is reset by NO_ERROR.
  public var unwantedBody = 64 * 1024 * 1024
  /// Bytes of requests that wait for their handlers on one HTTP/2 connection: bodies and messages
  /// in part or not taken yet. Whatever needs more is refused.
  public var requestMemory = 64 * 1024 * 1024
  /// The same for all connections of the process; each loop has its even share.
  public var totalRequestMemory = 1024 * 1024 * 1024
  /// Bytes that a client may send on one stream before they are taken in: 16 KiB to 1 MiB, so that
  /// what all streams may send at once is half of `requestMemory`.
  var streamWindow: Int {
    min(max(requestMemory / 2 / max(concurrentStreams, 1), 16 * 1024), 1024 * 1024)
  }
  /// Bytes of responses that wait on one HTTP/2 connection before a peer that takes none of them
  /// loses its streams after two seconds and not after `stallTimeout`; a stream's own do not count
  /// for it, so that one answer may be larger.
  public var responseMemory = 16 * 1024 * 1024
  /// Bytes of responses that wait on all connections of the process; each loop has its even share, and
  /// 64 MiB at least. When more wait, the connection for which most do is cut off.
  public var totalResponseMemory = 512 * 1024 * 1024
  /// Bytes of one WebSocket message.
  public var webSocketMessageSize = 256 * 1024
  /// From accept to the first whole request head, TLS included.
  public var handshakeTimeout = Duration.seconds(10)
  /// From the first byte of a later HTTP/1.1 request, or of an HTTP/2 header block, to its end.
  public var headerTimeout = Duration.seconds(10)
  /// A whole request body of REST calls and plain routes, or of a gRPC method that takes one message.
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
  /// A gRPC stream that its client has not ended, with no byte in either direction; `nil` keeps it.
  public var idleStreamTimeout: Duration? = .seconds(600)
  /// A peer that takes nothing of what waits for it loses the stream, or the connection.
  public var stallTimeout = Duration.seconds(30)
  /// Silence after which an HTTP/2 connection is probed with a ping.
  public var keepaliveTime = Duration.seconds(7_200)
  /// How long the answer to that ping may take.
  public var keepaliveTimeout = Duration.seconds(20)
  /// Least time between a client's pings while it has calls.
  public var pingInterval = Duration.seconds(300)
  /// Bytes that wait in one stream before its sender is suspended.
  public var streamQueueSize = 64 * 1024
  /// RST_STREAM that comes in one read with its request, so that nothing could be done for it. Each
  /// served or later reset stream gives eight back.
  public var rapidResets = Rate(burst: 600, perSecond: 100)
  /// RST_STREAM that comes later, before an answer: work begun and thrown away. Each served stream
  /// gives one back.
  public var cancellations = Rate(burst: 20_000, perSecond: 1_000)
  /// Streams opened beyond `concurrentStreams`; each is refused.
  public var refusedStreams = Rate(burst: 1_000, perSecond: 100)
  /// Stream errors that the peer's frames force upon us.
  public var streamErrors = Rate(burst: 200, perSecond: 7)
  /// PING, SETTINGS, PRIORITY, unknown frames and empty DATA; each frame we send gives one back.
  public var controlFrames = Rate(burst: 1_000, perSecond: 100)
  /// WINDOW_UPDATE; each frame we send gives ten back.
  public var windowUpdates = Rate(burst: 4_000, perSecond: 400)
  /// CONTINUATION frames of one header block.
  public var continuations = 8
  /// Frames that wait for an HTTP/2 peer that does not read, DATA aside.
  public var outboundFrames = 5_000

  /// An allowance per connection: so many at once, and so many more each second.
  public struct Rate: Sendable {
    /// So many at once.
    public var burst: Int
    /// So many more each second.
    public var perSecond: Int

    /// `burst` at once, and `perSecond` more each second.
    public init(burst: Int, perSecond: Int) {
      self.burst = burst
      self.perSecond = perSecond
    }
  }

  /// The defaults above.
  public init() {}
}
