package import Buffers
internal import Synchronization

/// Who is calling, as an authenticating interceptor found out. An object, since several interceptors,
/// the handler and the log ask for it in every call.
public protocol RPCIdentity: AnyObject, Sendable {
  /// What logs call the caller: the id of a key or a user, never a name, an address or a secret.
  var principal: String { get }
}

/// Everything about one call that is not a message. One per call; safe from any task.
public final class RPCContext: Sendable {
  /// The method that is called.
  public let method: MethodDescriptor
  /// What the client sent beside the call, without the transport's own headers.
  public let metadata: Metadata
  /// When the client stops waiting; `nil` when it waits for ever.
  public let deadline: Deadline?
  /// The client's address, `127.0.0.1:40022`. Personal data: not for logs.
  public let peer: String
  /// Whether the client reads what we send beside the message as plain HTTP headers: it came by REST.
  package let isTranscoded: Bool
  /// Where this call reads the time.
  public let clock: RPCClock

  private let id: RequestID
  private let state = Mutex(State())
  /// Whether response metadata was ever set: most calls set none, and need no lock to know it.
  private let hasResponseMetadata = Atomic(false)
  private let cancelled = Atomic(false)
  private let compression = Atomic<UInt8>(0)
  private let requestCompressed = Atomic(false)

  private struct State: Sendable {
    var initialMetadata = Metadata()
    var trailers = Metadata()
    var identity: (any RPCIdentity)?
    var watches: [UInt64: @Sendable () -> Void] = [:]
    var nextWatch: UInt64 = 0
  }

  /// The context of one call, made by a transport.
  public convenience init(
    method: MethodDescriptor, metadata: Metadata = Metadata(), deadline: Deadline? = nil,
    peer: String = "", id: RequestID = RequestID(seed: 0, number: 0),
    clock: RPCClock = .monotonic
  ) {
    self.init(
      method: method, metadata: metadata, deadline: deadline, peer: peer, id: id, clock: clock,
      isTranscoded: false)
  }

  /// The context of one call, which may have come by REST.
  package init(
    method: MethodDescriptor, metadata: Metadata, deadline: Deadline?, peer: String, id: RequestID,
    clock: RPCClock = .monotonic, isTranscoded: Bool
  ) {
    self.method = method
    self.metadata = metadata
    self.deadline = deadline
    self.peer = peer
    self.id = id
    self.clock = clock
    self.isTranscoded = isTranscoded
  }

  /// The call's name in logs and errors: the client's `x-request-id` where it is fit for that, else
  /// 16 hexadecimal digits.
  public var requestID: String {
    RequestID.accepted(metadata["x-request-id"]) ?? id.description
  }

  /// Appends ``requestID``: letters, digits, dots, dashes and underscores.
  package func appendRequestID(to text: inout TextBuffer) {
    if let own = RequestID.accepted(metadata["x-request-id"]) {
      text.append(text: own)
    } else {
      id.append(to: &text)
    }
  }

  /// What is left of the deadline, zero when it has passed; `nil` without one.
  public var timeRemaining: Duration? { deadline?.remaining(at: clock.now) }

  /// Whether the call is over for its client: cancelled, out of time, or the connection lost.
  public var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

  /// Response headers; what is set after they were sent has no effect.
  public var initialMetadata: Metadata {
    get {
      guard hasResponseMetadata.load(ordering: .acquiring) else { return Metadata() }
      return state.withLock { $0.initialMetadata }
    }
    set {
      state.withLock { $0.initialMetadata = newValue }
      hasResponseMetadata.store(true, ordering: .releasing)
    }
  }

  /// Trailing metadata, sent with the status whether the call succeeds or fails.
  public var trailers: Metadata {
    get {
      guard hasResponseMetadata.load(ordering: .acquiring) else { return Metadata() }
      return state.withLock { $0.trailers }
    }
    set {
      state.withLock { $0.trailers = newValue }
      hasResponseMetadata.store(true, ordering: .releasing)
    }
  }

  /// Who calls; set by an interceptor, `nil` for an anonymous caller.
  public var identity: (any RPCIdentity)? {
    get { state.withLock { $0.identity } }
    set { state.withLock { $0.identity = newValue } }
  }

  /// Whether messages sent from now on are compressed; `nil`, the default, never offers it where
  /// messages have envelopes, and leaves it to their size where one is a whole HTTP body.
  ///
  /// Set it, to either value, before the first message, or the response head rules compression out.
  /// `false` keeps secrets out of compressed bodies on every edge. Without a client that accepts gzip
  /// (or, over REST, Brotli) it has no effect.
  public var compressesResponses: Bool? {
    get {
      switch compression.load(ordering: .relaxed) {
      case 0: nil
      case 1: false
      default: true
      }
    }
    set {
      let value: UInt8 = newValue.map { $0 ? 2 : 1 } ?? 0
      compression.store(value, ordering: .relaxed)
    }
  }

  /// Whether the request message that the handler got last came compressed.
  public var lastRequestWasCompressed: Bool { requestCompressed.load(ordering: .relaxed) }

  /// Notes how the message came that the handler gets now.
  package func noteRequest(compressed: Bool) {
    if compressed || requestCompressed.load(ordering: .relaxed) {
      requestCompressed.store(compressed, ordering: .relaxed)
    }
  }

  /// Marks the call as over for its client; the transport also cancels the handler's task.
  package func markCancelled() {
    cancelled.store(true, ordering: .relaxed)
    let watches = state.withLock { state in
      defer { state.watches = [:] }
      return state.watches
    }
    for body in watches.values { body() }
  }

  /// Calls `body` once when the call is over for its client, from any thread, or at once when it is
  /// so already; never after the watch was dropped.
  package func whenCancelled(_ body: @escaping @Sendable () -> Void) -> CancellationWatch {
    let id = state.withLock { state -> UInt64? in
      // Marked before the lock is taken over there, so that no watch is missed.
      guard !isCancelled else { return nil }
      state.nextWatch += 1
      state.watches[state.nextWatch] = body
      return state.nextWatch
    }
    if id == nil { body() }
    return CancellationWatch(self, id: id ?? 0)
  }

  func removeWatch(_ id: UInt64) {
    _ = state.withLock { $0.watches.removeValue(forKey: id) }
  }
}
