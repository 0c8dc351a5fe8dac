public import EventLoop
public import RPCCore

/// Calls one gRPC server over one HTTP/2 connection at a time, made when first needed.
///
/// Lives on one event loop; any task may use it, tasks of that loop without crossing threads. A
/// call that meets a connecting channel waits; one that meets a channel that could not connect
/// fails `unavailable`, unless it asked to wait. A server that says GOAWAY keeps the calls it has,
/// new ones go to a new connection. Dropping the last reference closes nothing: call `close`.
public final class Channel: ClientChannel {
  /// Where the channel lives.
  public let loop: EventLoop
  private let core: ChannelCore

  /// A channel on `loop`; connects with the first call. Throws when the trusted PEM is none.
  public init(loop: EventLoop, configuration: ClientConfiguration) throws {
    self.loop = loop
    core = try ChannelCore(loop: loop, configuration: configuration)
  }

  /// Starts a call at once; what stops it later, a failure to connect included, is thrown by the
  /// call's own functions.
  public func open(
    _ method: MethodDescriptor, options: CallOptions
  ) async throws -> any ClientCall {
    await core.open(method, options)
  }

  /// Takes no more calls, lets running ones finish for up to `grace`, then ends them `unavailable`
  /// and closes. Returns when the connection is closed. May be called again with less.
  public func close(grace: Duration = .zero) async {
    await core.close(grace: grace)
  }

  /// Connects now, or waits for the attempt under way. Throws `unavailable` when it fails.
  public func connect() async throws {
    try await core.connect()
  }
}
