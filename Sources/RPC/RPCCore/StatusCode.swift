/// The outcome of a call, as gRPC numbers it (0 to 16).
///
/// A value above 16 is kept as it came from a peer; ``description`` then shows the number.
public struct StatusCode: RawRepresentable, Sendable, Hashable {
  /// The number in `grpc-status`.
  public let rawValue: UInt8

  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The call did what it was asked to.
  public static let ok = StatusCode(rawValue: 0)
  /// Somebody, mostly the caller, gave the call up.
  public static let cancelled = StatusCode(rawValue: 1)
  /// The error has no better code, or came from a peer that gave none.
  public static let unknown = StatusCode(rawValue: 2)
  /// The request is wrong whatever the state of the system.
  public static let invalidArgument = StatusCode(rawValue: 3)
  /// Time ran out before the call was done; it may have taken effect.
  public static let deadlineExceeded = StatusCode(rawValue: 4)
  /// What the request names does not exist, or may not be seen by this caller.
  public static let notFound = StatusCode(rawValue: 5)
  /// What the request wants to make is there already.
  public static let alreadyExists = StatusCode(rawValue: 6)
  /// The caller is known and may not do this.
  public static let permissionDenied = StatusCode(rawValue: 7)
  /// A quota, a size limit or a concurrency limit is used up.
  public static let resourceExhausted = StatusCode(rawValue: 8)
  /// The system is not in the state the request needs; retrying alone cannot help.
  public static let failedPrecondition = StatusCode(rawValue: 9)
  /// A conflict with another caller; retry from the start of the transaction.
  public static let aborted = StatusCode(rawValue: 10)
  /// The request goes past the end of what there is.
  public static let outOfRange = StatusCode(rawValue: 11)
  /// This server has no such method, or not in this form.
  public static let unimplemented = StatusCode(rawValue: 12)
  /// A promise inside the system was broken.
  public static let `internal` = StatusCode(rawValue: 13)
  /// The service cannot be reached now; retrying with backoff may help.
  public static let unavailable = StatusCode(rawValue: 14)
  /// Data is lost for good.
  public static let dataLoss = StatusCode(rawValue: 15)
  /// The caller did not prove who it is.
  public static let unauthenticated = StatusCode(rawValue: 16)

  /// Whether the value is one of the seventeen that gRPC defines.
  public var isKnown: Bool { rawValue <= 16 }
}

extension StatusCode: CustomStringConvertible {
  private static let names = [
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
    "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
    "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
  ]

  /// The name as google.rpc.Code spells it, `NOT_FOUND` for example.
  public var description: String {
    isKnown ? Self.names[Int(rawValue)] : "CODE_\(rawValue)"
  }
}
