/// What a port has for who receives from it.
public enum ReceivedNow: Sendable {
  /// The next message.
  case message([UInt8])
  /// The peer will send no more.
  case end
  /// Nothing has come yet: ``MessagePort/whenReceived(_:)`` tells when something does.
  case pending
  /// Only ``MessagePort/receive()`` can tell.
  case unknown
}

/// One call as its handler sees it below the types: serialized messages in and out.
///
/// A transport makes one port per call. All functions may be called from any task; on the call's
/// own loop they return without suspending whenever they can. At most one task receives at a time.
/// When the call is over for its peer (cancelled, deadline passed, connection lost), waiting and
/// later calls throw an ``RPCError``.
public protocol MessagePort: AnyObject, Sendable {
  /// The next message of the peer, or `nil` when it will send no more.
  ///
  /// Concurrent, as whoever calls it goes back to its own executor anyway: inheriting the caller's
  /// would be one more switch of executor a message.
  @concurrent func receive() async throws -> [UInt8]?

  /// What ``receive()`` would give, for a caller on the call's loop.
  ///
  /// With ``whenReceived(_:)`` it spares a message one asynchronous call and its two switches of
  /// executor, a twentieth of an audio frame.
  func receiveNow() throws -> ReceivedNow

  /// Resumes `continuation`, of the task that calls, with what comes next, or with `unknown`. To be
  /// called when ``receiveNow()`` has given `pending`, before anything else is awaited.
  func whenReceived(_ continuation: UnsafeContinuation<ReceivedNow, any Error>)

  /// The only message of the peer, when it and the end of its stream are here already; `nil` when
  /// only ``receive()`` can tell. Spares a method with one request two asynchronous calls.
  func takeOnlyMessage() -> [UInt8]?

  /// The only message of the peer as ``takeOnlyMessage()`` gives it, where the transport has it as an
  /// object.
  func takeOnlyObject() throws -> (any MessageObject)?

  /// ``send(_:)`` for a caller that does not want to suspend: `false`, and nothing done, when it
  /// might have to.
  func sendNow(_ message: [UInt8]) throws -> Bool

  /// Whether ``sendNow(_:)-(MessageObject)`` may take messages.
  var takesObjects: Bool { get }

  /// ``sendNow(_:)-([UInt8])`` with an object.
  func sendNow(_ object: any MessageObject) throws -> Bool

  /// Hands a message to the transport; suspends while more than the transport's bound waits there.
  func send(_ message: [UInt8]) async throws

  /// Sends the response headers now rather than with the first message. A second call does nothing.
  func sendHeaders(_ metadata: Metadata) async throws

  /// What a message of the peer's that does not parse is in the transport's protocol.
  var unreadableCode: StatusCode { get }
}

extension MessagePort {
  /// Leaves it to ``receive()``.
  public func receiveNow() throws -> ReceivedNow { .unknown }

  /// Leaves it to ``receive()``.
  public func whenReceived(_ continuation: UnsafeContinuation<ReceivedNow, any Error>) {
    continuation.resume(returning: .unknown)
  }

  /// Leaves it to ``receive()``.
  public func takeOnlyMessage() -> [UInt8]? { nil }

  /// The transport has bytes.
  public func takeOnlyObject() throws -> (any MessageObject)? { nil }

  /// Bytes alone.
  public var takesObjects: Bool { false }

  /// Leaves it to the others.
  public func sendNow(_ object: any MessageObject) throws -> Bool { false }

  /// Leaves it to ``send(_:)``.
  public func sendNow(_ message: [UInt8]) throws -> Bool { false }

  /// `internal`, as gRPC wants.
  public var unreadableCode: StatusCode { .internal }
}
