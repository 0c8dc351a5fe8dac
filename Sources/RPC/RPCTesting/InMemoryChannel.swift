public import RPCCore
internal import Synchronization

/// Whole services without a socket: a client channel whose calls run the handlers of this process.
///
/// Interceptors, cardinality, deadlines and cancellation work as over a wire. Nothing depends on
/// real time: deadlines follow ``clock``.
public final class InMemoryChannel: ClientChannel {
  /// What the deadlines of this channel's calls are measured by.
  public let clock: VirtualClock
  private let handlers: [String: MethodHandler]
  private let capacity: Int
  private let peer: String
  private let count = Atomic<UInt64>(0)

  /// A channel to `services`. A sender waits while `capacity` messages are on their way.
  public init(
    services: [any RPCService], interceptors: [Interceptor] = [],
    clock: VirtualClock = VirtualClock(), capacity: Int = 16, peer: String = "in-memory"
  ) {
    self.clock = clock
    self.capacity = capacity
    self.peer = peer
    let pairs = services.flatMap(\.handlers).map {
      ($0.descriptor.path, Interceptor.wrap($0, in: interceptors))
    }
    handlers = Dictionary(uniqueKeysWithValues: pairs)
  }

  public func open(
    _ method: MethodDescriptor, options: CallOptions
  ) async throws -> any ClientCall {
    let number = count.wrappingAdd(1, ordering: .relaxed).newValue
    let context = RPCContext(
      method: method, metadata: options.metadata, deadline: options.deadline(on: clock.rpcClock),
      peer: peer,
      id: RequestID(seed: 1, number: number), clock: clock.rpcClock)
    let call = InMemoryCall(context: context, clock: clock, capacity: capacity)
    if let handler = handlers[method.path] {
      call.start(handler.run)
    } else {
      call.start { _, _ in throw RPCError(.unimplemented, "this server has no such method") }
    }
    if let parent = options.parent { call.follow(parent) }
    return call
  }
}
