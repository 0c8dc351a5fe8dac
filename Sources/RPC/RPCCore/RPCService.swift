/// A set of methods that are served together; generated protocols make the list.
public protocol RPCService: Sendable {
  /// One handler for every method of the service.
  var handlers: [MethodHandler] { get }
}

/// Code around every call: authentication, quotas, measurement.
///
/// It runs on the call's task, may throw instead of calling `next`, and may look at the context
/// before and after. It does not see messages.
public struct Interceptor: Sendable {
  /// Goes on with the call; to be called at most once.
  public typealias Next = (RPCContext) async throws -> Void
  /// What runs around the call.
  public typealias Body = @Sendable (RPCContext, _ next: Next) async throws -> Void

  private let body: Body

  /// An interceptor made of one function; `next` must be called at most once.
  public init(_ body: @escaping Body) { self.body = body }

  /// `handler` with the interceptors around it, the first one outermost.
  public static func wrap(
    _ handler: MethodHandler, in interceptors: [Interceptor]
  ) -> MethodHandler {
    interceptors.reversed().reduce(handler) { inner, interceptor in
      let run = inner.run
      let body = interceptor.body
      return MethodHandler(inner.descriptor) { context, port in
        try await body(context) { context in try await run(context, port) }
      }
    }
  }
}
