import RPCCore
import Synchronization

/// Who calls, as ``authentication(tokens:)`` found out.
public final class Caller: RPCIdentity {
  public let name: String
  /// What logs call it.
  public var principal: String { name }

  init(name: String) { self.name = name }
}

extension Interceptor {
  /// Lets in who shows one of `tokens`, which lead to names, as `authorization: Bearer TOKEN`.
  public static func authentication(tokens: [String: String]) -> Interceptor {
    Interceptor { context, next in
      let words = (context.metadata["authorization"] ?? "").split(separator: " ")
      guard words.count == 2, words[0] == "Bearer", let name = tokens[String(words[1])] else {
        throw RPCError(.unauthenticated, "a known token is needed: authorization: Bearer TOKEN")
      }
      context.identity = Caller(name: name)
      try await next(context)
    }
  }

  /// Writes one line for every call once it has ended.
  public static func logging(_ write: @escaping @Sendable (String) -> Void) -> Interceptor {
    Interceptor { context, next in
      let name = context.method.fullName
      do {
        try await next(context)
        write("\(name) OK")
      } catch {
        write("\(name) \((error as? RPCError)?.code ?? .unknown)")
        throw error
      }
    }
  }

  /// Counts calls by method and status.
  public static func counting(in counter: CallCounter) -> Interceptor {
    Interceptor { context, next in
      do {
        try await next(context)
        counter.count(context.method.name, .ok)
      } catch {
        counter.count(context.method.name, (error as? RPCError)?.code ?? .unknown)
        throw error
      }
    }
  }

  /// Does not begin what would be too late: a call must have at least `least` of its deadline left.
  public static func deadlines(atLeast least: Duration) -> Interceptor {
    Interceptor { context, next in
      if let left = context.timeRemaining, left < least {
        throw RPCError(.deadlineExceeded, "too little time is left for this call")
      }
      try await next(context)
    }
  }
}

/// How many calls of each method ended how. Any task may use it.
public final class CallCounter: Sendable {
  private let counts = Mutex([String: Int]())

  /// A counter at zero.
  public init() {}

  func count(_ method: String, _ code: StatusCode) {
    counts.withLock { $0["\(method) \(code)", default: 0] += 1 }
  }

  /// Calls of `method` that ended with `code`.
  public func calls(of method: String, ending code: StatusCode) -> Int {
    counts.withLock { $0["\(method) \(code)"] ?? 0 }
  }
}
