/// The messages a peer sends during one call, in order; ends when the peer has no more.
///
/// It can be iterated once, by one task at a time. The peer's flow-control credit goes back only
/// when a message is taken, so a slow reader slows its peer and nobody else.
public struct Inbound<M: Sendable>: AsyncSequence, Sendable {
  public typealias Element = M

  @usableFromInline let port: any MessagePort
  @usableFromInline let codec: MessageCodec<M>

  /// The messages of `port`, read with `codec`.
  @inlinable public init(port: any MessagePort, codec: MessageCodec<M>) {
    self.port = port
    self.codec = codec
  }

  /// The next message, or `nil` at the end. Throws an ``RPCError`` when the call is over.
  @inlinable public func next() async throws -> M? {
    var received = try port.receiveNow()
    if case .pending = received {
      received = try await withUnsafeThrowingContinuation { port.whenReceived($0) }
    }
    switch received {
    case .message(let bytes): return try codec.decoded(bytes, from: port)
    case .end: return nil
    case .pending, .unknown:
      guard let bytes = try await port.receive() else { return nil }
      return try codec.decoded(bytes, from: port)
    }
  }

  @inlinable public func makeAsyncIterator() -> Iterator { Iterator(inbound: self) }

  /// Reads the same stream as the sequence it came from.
  public struct Iterator: AsyncIteratorProtocol {
    @usableFromInline let inbound: Inbound

    @usableFromInline init(inbound: Inbound) { self.inbound = inbound }

    @inlinable public mutating func next() async throws -> M? { try await inbound.next() }

    // It stays with its caller as it is; an isolated parameter would have it switch executors.
    @inlinable public nonisolated(nonsending) mutating func next(
      isolation actor: (any Actor)?
    ) async throws -> M? {
      try await inbound.next()
    }
  }
}
