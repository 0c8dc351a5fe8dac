/// Code around every call of a client: credentials, deadlines, measurement.
///
/// It runs once a call, whatever number of attempts the channel makes of it; may change the options,
/// throw instead of calling `next`, or give a ``ClientCall`` of its own around the one it got, to see
/// messages and the outcome.
public struct ClientInterceptor: Sendable {
  /// Goes on with opening the call.
  public typealias Next =
    @Sendable (MethodDescriptor, CallOptions) async throws -> any ClientCall
  /// What runs around the opening of a call.
  public typealias Body =
    @Sendable (MethodDescriptor, CallOptions, _ next: Next) async throws -> any ClientCall

  private let body: Body

  /// An interceptor made of one function; `next` must be called at most once.
  public init(_ body: @escaping Body) { self.body = body }

  /// `open` with the interceptors around it, the first one outermost.
  public static func wrap(_ open: @escaping Next, in interceptors: [ClientInterceptor]) -> Next {
    interceptors.reversed().reduce(open) { inner, interceptor in
      let body = interceptor.body
      return { method, options in try await body(method, options, inner) }
    }
  }
}

extension ClientChannel {
  /// This channel with interceptors around each of its calls, the first one outermost.
  public func intercepted(by interceptors: [ClientInterceptor]) -> any ClientChannel {
    InterceptedChannel(
      start: ClientInterceptor.wrap(
        { try await self.open($0, options: $1) }, in: interceptors))
  }
}

private struct InterceptedChannel: ClientChannel {
  let start: ClientInterceptor.Next

  func open(_ method: MethodDescriptor, options: CallOptions) async throws -> any ClientCall {
    try await start(method, options)
  }
}
