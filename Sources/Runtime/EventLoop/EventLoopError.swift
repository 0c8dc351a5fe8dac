internal import CUV

/// Why an operation of a loop failed. Peer and kernel failures are values of this type, never traps.
public struct EventLoopError: Error, Sendable, CustomStringConvertible {
  /// What went wrong, for deciding what to do next.
  public struct Kind: Sendable, Hashable {
    private let name: String

    /// The peer reset the connection, or it broke while being written to.
    public static let connectionReset = Kind(name: "connectionReset")
    /// Nobody listens there.
    public static let connectionRefused = Kind(name: "connectionRefused")
    /// The host or network cannot be reached.
    public static let unreachable = Kind(name: "unreachable")
    /// The time allowed ran out.
    public static let timedOut = Kind(name: "timedOut")
    /// The name has no address, or is no address where one is needed.
    public static let nameNotFound = Kind(name: "nameNotFound")
    /// Another socket listens on that address.
    public static let addressInUse = Kind(name: "addressInUse")
    /// The system refuses this process the operation.
    public static let permissionDenied = Kind(name: "permissionDenied")
    /// No such file or directory.
    public static let notFound = Kind(name: "notFound")
    /// The loop is stopping or has stopped.
    public static let loopStopped = Kind(name: "loopStopped")
    /// Anything else.
    public static let other = Kind(name: "other")
  }

  /// What went wrong.
  public let kind: Kind
  /// What was attempted and what the system said about it.
  public let message: String

  /// An error in this module's words.
  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  public var description: String { message }

  static let loopStopped = EventLoopError(.loopStopped, "the event loop has stopped")
}

extension EventLoopError {
  /// The meaning of a negative libuv status, which is a negated errno or one of libuv's own.
  init(status: CInt, _ attempt: String) {
    let text = unsafe String(cString: uv_strerror(status))
    self.init(Self.kind(uv_errno_t(rawValue: status)), "\(attempt): \(text)")
  }

  /// The meaning of `errno` after a system call of ours failed.
  init(errno code: CInt, _ attempt: String) {
    self.init(status: -code, attempt)
  }

  private static func kind(_ code: uv_errno_t) -> Kind {
    switch code {
    case UV_ECONNRESET, UV_EPIPE, UV_ECONNABORTED, UV_ENOTCONN: .connectionReset
    case UV_ECONNREFUSED: .connectionRefused
    case UV_EHOSTUNREACH, UV_ENETUNREACH, UV_ENETDOWN, UV_EHOSTDOWN: .unreachable
    case UV_ETIMEDOUT: .timedOut
    case UV_EAI_NONAME, UV_EAI_NODATA, UV_EAI_AGAIN, UV_EAI_FAIL: .nameNotFound
    case UV_EADDRINUSE: .addressInUse
    case UV_EACCES, UV_EPERM: .permissionDenied
    case UV_ENOENT: .notFound
    default: .other
    }
  }
}
