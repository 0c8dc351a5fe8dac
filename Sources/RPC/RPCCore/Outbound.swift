/// Where a handler, or a client, puts the messages of a stream. Any task may send.
public struct Outbound<M: Sendable>: Sendable {
  @usableFromInline let port: any MessagePort
  @usableFromInline let codec: MessageCodec<M>

  /// Messages for `port`, written with `codec`.
  @inlinable public init(port: any MessagePort, codec: MessageCodec<M>) {
    self.port = port
    self.codec = codec
  }

  /// Sends one message; suspends while the peer reads too slowly. Throws an ``RPCError`` when the
  /// call is over.
  @inlinable public func send(_ message: M) async throws {
    let bytes = try codec.encoded(message)
    if try port.sendNow(bytes) { return }
    try await port.send(bytes)
  }

  /// Sends the response headers at once, so that the peer knows the call is accepted before the
  /// first message exists.
  @inlinable public func sendHeaders(_ metadata: Metadata = Metadata()) async throws {
    try await port.sendHeaders(metadata)
  }
}
