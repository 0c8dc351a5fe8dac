public import EventLoop
public import RPCCore

/// Calls one server, which may have several addresses, over HTTP/2 connections made when needed.
///
/// Lives on one event loop; any task may use it, tasks of that loop without crossing threads. A
/// call that meets a connecting channel waits; one that meets a channel that could not connect
/// fails `unavailable`, unless it asked to wait. A server that says GOAWAY keeps the calls it has,
/// new ones go to a new connection. Dropping the last reference closes nothing: call `close`.
public final class Channel: ClientChannel {
  /// Where the channel lives.
  public let loop: EventLoop
  private let core: ChannelCore
  /// The interceptors around `core.open`; nil without any.
  private let start: ClientInterceptor.Next?

  /// A channel on `loop`; connects with the first call. Throws when the trusted PEM is none.
  public init(loop: EventLoop, configuration: ClientConfiguration) throws {
    self.loop = loop
    let core = try ChannelCore(loop: loop, configuration: configuration)
    self.core = core
    start =
      configuration.interceptors.isEmpty
      ? nil
      : ClientInterceptor.wrap({ await core.open($0, $1) }, in: configuration.interceptors)
  }

  /// Starts a call at once; what stops it later, a failure to connect included, is thrown by the
  /// call's own functions.
  public func open(
    _ method: MethodDescriptor, options: CallOptions
  ) async throws -> any ClientCall {
    if let start { return try await start(method, options) }
    return await core.open(method, options)
  }

  /// Takes no more calls, lets running ones finish for up to `grace`, then ends them `unavailable`
  /// and closes. Returns when the connections are closed. May be called again with less.
  public func close(grace: Duration = .zero) async {
    await core.close(grace: grace)
  }

  /// Connects now, without the pause after a failure. Throws `unavailable` when it fails.
  public func connect() async throws {
    try await core.connect()
  }

  /// How the channel is doing; with `connecting`, an idle one begins to connect.
  public func state(connecting: Bool = false) async -> ConnectivityState {
    await core.state(connecting: connecting)
  }

  /// The channel's state as soon as it is another one than `known`. States that pass quickly may be
  /// missed. Cancelling throws `CancellationError`.
  public func stateChange(from known: ConnectivityState) async throws -> ConnectivityState {
    try await core.stateChange(from: known)
  }
}
