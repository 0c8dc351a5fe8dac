/// Code around every call: authentication, quotas, measurement.
///
/// It runs on the call's task, may refuse the call instead of letting it go on, and may look at the
/// context before and after. It does not see messages. What only checks a call, or looks at its error,
/// costs less as such than as code around it: such interceptors run one after the other, not nested.
public struct Interceptor: Sendable {
  /// Goes on with the call; to be called at most once.
  public typealias Next = (RPCContext) async throws -> Void
  /// What runs around the call.
  public typealias Body = @Sendable (RPCContext, _ next: Next) async throws -> Void
  /// Looks at a call before it goes on; throwing refuses it.
  public typealias Check = @Sendable (RPCContext) async throws -> Void
  /// A check without waiting: false when it takes waiting to decide.
  public typealias CheckNow = @Sendable (RPCContext) throws -> Bool
  /// Gives the error that a call ends with in place of the one it would have ended with.
  public typealias Recast = @Sendable (RPCContext, any Error) async -> any Error

  private enum Part {
    case around(Body)
    case step(InterceptorStep)
  }

  private let part: @Sendable (MethodDescriptor) -> Part?

  /// An interceptor made of one function; `next` must be called at most once.
  public init(_ body: @escaping Body) { part = { _ in .around(body) } }

  /// An interceptor that is chosen once for each method; nil leaves a method without.
  public init(for choose: @escaping @Sendable (MethodDescriptor) -> Interceptor?) {
    part = { choose($0)?.part($0) }
  }

  private init(_ step: InterceptorStep) { part = { _ in .step(step) } }

  /// An interceptor that lets a call go on or refuses it: at once where `now` can tell, else by
  /// `later`. What then goes wrong within passes through `recast`.
  public static func check(
    now: @escaping CheckNow = { _ in false }, later: @escaping Check, recast: Recast? = nil
  ) -> Interceptor {
    Interceptor(InterceptorStep(now: now, later: later, recast: recast))
  }

  /// An interceptor that looks at what went wrong within.
  public static func recast(_ body: @escaping Recast) -> Interceptor {
    check(now: { _ in true }, later: { _ in }, recast: body)
  }

  /// `handler` with the interceptors around it, the first one outermost.
  public static func wrap(
    _ handler: MethodHandler, in interceptors: [Interceptor]
  ) -> MethodHandler {
    var run = handler.run
    var steps: [InterceptorStep] = []
    for interceptor in interceptors.reversed() {
      switch interceptor.part(handler.descriptor) {
      case .step(let step): steps.insert(step, at: 0)
      case .around(let body):
        run = wrap(InterceptorStep.run(steps, before: run), in: body)
        steps = []
      case nil: break
      }
    }
    return MethodHandler(handler.descriptor, run: InterceptorStep.run(steps, before: run))
  }

  private static func wrap(
    _ run: @escaping MethodHandler.Run, in body: @escaping Body
  ) -> MethodHandler.Run {
    { context, port in
      try await body(context) { context in try await run(context, port) }
    }
  }
}

/// An interceptor that only checks a call, and looks at its error.
struct InterceptorStep: Sendable {
  let now: Interceptor.CheckNow
  let later: Interceptor.Check
  let recast: Interceptor.Recast?

  /// `run` after `steps`, whose first is the outermost.
  static func run(
    _ steps: [InterceptorStep], before run: @escaping MethodHandler.Run
  ) -> MethodHandler.Run {
    if steps.isEmpty { return run }
    return { context, port in
      var passed = 0
      do {
        while passed < steps.count {
          if try !steps[passed].now(context) { try await steps[passed].later(context) }
          passed += 1
        }
        try await run(context, port)
      } catch {
        // A step does not see its own refusal.
        throw await recast(error, context, by: steps[..<passed])
      }
    }
  }

  // Out of line, so that the frame of the usual case stays small.
  @inline(never) private static func recast(
    _ error: any Error, _ context: RPCContext, by steps: ArraySlice<InterceptorStep>
  ) async -> any Error {
    var error = error
    for step in steps.reversed() {
      if let recast = step.recast { error = await recast(context, error) }
    }
    return error
  }
}
