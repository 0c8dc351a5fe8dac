/// A way to reach a server: a set of connections, or handlers in the same process.
public protocol ClientChannel: Sendable {
  /// Starts a call. Failures of the call itself come from the ``ClientCall``.
  func open(_ method: MethodDescriptor, options: CallOptions) async throws -> any ClientCall
}

/// One call as its client sees it below the types. Any task may call; one task receives at a time.
public protocol ClientCall: AnyObject, Sendable {
  /// Sends one message; suspends while the server reads too slowly.
  func send(_ message: [UInt8]) async throws

  /// The same, compressed or not as told here. Without ``CallOptions/compressesRequests``, or on a
  /// transport that has no compression, nothing is.
  func send(_ message: [UInt8], compressed: Bool) async throws

  /// Tells the server that no more messages come.
  func finishSending() async throws

  /// The next message; `nil` when the call ended OK, an ``RPCError`` when it ended otherwise.
  func receive() async throws -> [UInt8]?

  /// Whether the message that ``receive()`` gave last came compressed.
  var lastResponseWasCompressed: Bool { get }

  /// The response headers, once they have come; empty when the call ended without.
  func headers() async throws -> Metadata

  /// The trailing metadata of a call that has ended; empty before.
  var trailers: Metadata { get }

  /// Gives the call up: the server is told, `receive` throws `cancelled`. Harmless after the end.
  func cancel()
}

extension ClientCall {
  /// As it is.
  public func send(_ message: [UInt8], compressed: Bool) async throws { try await send(message) }

  /// Never.
  public var lastResponseWasCompressed: Bool { false }
}
