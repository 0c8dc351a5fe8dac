/// Settings of one call made by a client.
public struct CallOptions: Sendable {
  /// When to give up; `nil` waits for ever, or as long as ``parent`` may.
  public var deadline: Deadline?
  /// Sent with the request headers.
  public var metadata: Metadata
  /// Queue the call until the channel is connected, instead of failing it `unavailable`; `nil`
  /// leaves it to the channel's service config, which fails it unless told otherwise.
  public var waitForReady: Bool?
  /// Whether request messages are compressed with gzip, unless ``ClientCall/send(_:compressed:)``
  /// says otherwise of one; `nil`, the default, rules compression out for the whole call.
  public var compressesRequests: Bool?
  /// Largest request message in bytes, as compressed; a larger one fails the call.
  public var maxRequestBytes: Int?
  /// Largest response message in bytes, where less than the channel allows.
  public var maxResponseBytes: Int?
  /// The call a handler serves by this one: its end ends this one too.
  public let parent: RPCContext?

  /// Options with an absolute deadline, or none.
  public init(
    deadline: Deadline? = nil, metadata: Metadata = Metadata(), waitForReady: Bool? = nil
  ) {
    self.deadline = deadline
    self.metadata = metadata
    self.waitForReady = waitForReady
    parent = nil
  }

  /// Options of a call that a handler makes for the call it serves: it has no later deadline than
  /// that one, and is cancelled when that one is, whatever task waits for it.
  public init(
    inheriting parent: RPCContext, deadline: Deadline? = nil, metadata: Metadata = Metadata()
  ) {
    self.deadline = deadline
    self.metadata = metadata
    self.parent = parent
  }

  /// Options that give up `timeout` from now.
  public static func timeout(_ timeout: Duration, metadata: Metadata = Metadata()) -> CallOptions {
    CallOptions(deadline: Deadline(timeout), metadata: metadata)
  }

  /// The earlier of the own deadline and the parent's, on `clock`.
  package func deadline(on clock: RPCClock = .monotonic) -> Deadline? {
    guard let left = parent?.timeRemaining else { return deadline }
    let inherited = Deadline(left, after: clock.now)
    return deadline.map { min($0, inherited) } ?? inherited
  }
}
