internal import GRPC
public import RPCCore
internal import Synchronization

/// Whole services without a socket: a client channel whose calls run the handlers of this process.
///
/// Every call goes through gRPC's stream machines of both sides: header fields, timeouts, envelopes,
/// compression, limits, trailers and error details are what they are over a wire, and so are
/// interceptors, cardinality, deadlines and cancellation. Only HTTP/2 is left out. Nothing depends
/// on real time: deadlines follow ``clock``.
public final class InMemoryChannel: ClientChannel {
  /// What the deadlines of this channel's calls are measured by.
  public let clock: VirtualClock
  private let handlers: [String: MethodHandler]
  private let capacity: Int
  private let messageSize: Int
  private let peer: String
  private let count = Atomic<UInt64>(0)

  /// A channel to `services`. A sender waits while `capacity` messages are on their way; a message of
  /// more than `messageSize` bytes is refused. Two services with one method trap.
  public init(
    services: [any RPCService], interceptors: [Interceptor] = [],
    clock: VirtualClock = VirtualClock(), capacity: Int = 16,
    messageSize: Int = 4 * 1024 * 1024, peer: String = "in-memory"
  ) {
    self.clock = clock
    self.capacity = capacity
    self.messageSize = messageSize
    self.peer = peer
    let pairs = services.flatMap(\.handlers).map {
      ($0.descriptor.path, Interceptor.wrap($0, in: interceptors))
    }
    handlers = Dictionary(uniqueKeysWithValues: pairs)
  }

  /// Starts a call, whose handler runs in a task of its own.
  public func open(
    _ method: MethodDescriptor, options: CallOptions
  ) async throws -> any ClientCall {
    let deadline = options.deadline(on: clock.rpcClock)
    let fields = ClientRequest.fields(
      options.metadata, remaining: deadline?.remaining(at: clock.now),
      userAgent: "payaid-in-memory/1",
      encoding: options.compressesRequests == nil ? .identity : .gzip)
    let streams = StreamPair(
      fields: fields, limit: messageSize, requestLimit: options.maxRequestBytes ?? .max,
      responseLimit: min(messageSize, options.maxResponseBytes ?? .max))
    let number = count.wrappingAdd(1, ordering: .relaxed).newValue
    let context = RPCContext(
      method: method, metadata: streams.metadata,
      deadline: streams.timeout.map { Deadline($0, after: clock.now) }, peer: peer,
      id: RequestID(seed: 1, number: number), clock: clock.rpcClock)
    let call = InMemoryCall(
      streams, context: context, clock: clock, capacity: capacity,
      compressesRequests: options.compressesRequests ?? false)
    call.start(deadline: deadline) { [handlers] context, port in
      guard let handler = handlers[method.path] else {
        throw RPCError(.unimplemented, "this server has no such method")
      }
      try await handler.run(context, port)
    }
    if let parent = options.parent { call.follow(parent) }
    return call
  }
}
