// What generated clients call: the four kinds of method over any channel.
extension ClientChannel {
  /// Sends one request and waits for the one response.
  @inlinable public func unary<I: Sendable, O: Sendable>(
    _ method: MethodDescriptor, _ request: I, in input: MessageCodec<I>,
    out output: MessageCodec<O>, options: CallOptions = CallOptions()
  ) async throws -> O {
    let call = try await open(method, options: options)
    return try await withTaskCancellationHandler {
      try await call.send(input.encoded(request))
      try await call.finishSending()
      return try await output.decoded(Cardinality.oneResponse(call, method))
    } onCancel: {
      call.cancel()
    }
  }

  /// Sends one request; the responses are read from the result.
  @inlinable public func serverStreaming<I: Sendable, O: Sendable>(
    _ method: MethodDescriptor, _ request: I, in input: MessageCodec<I>,
    out output: MessageCodec<O>, options: CallOptions = CallOptions()
  ) async throws -> ClientResponses<O> {
    let call = try await open(method, options: options)
    try await call.send(input.encoded(request))
    try await call.finishSending()
    return ClientResponses(call: call, codec: output)
  }

  /// Opens a stream of requests that ends in one response (``ClientStream/finish()``).
  @inlinable public func clientStreaming<I: Sendable, O: Sendable>(
    _ method: MethodDescriptor, in input: MessageCodec<I>, out output: MessageCodec<O>,
    options: CallOptions = CallOptions()
  ) async throws -> ClientStream<I, O> {
    let call = try await open(method, options: options)
    return ClientStream(method: method, call: call, input: input, output: output)
  }

  /// Opens streams both ways.
  @inlinable public func bidirectional<I: Sendable, O: Sendable>(
    _ method: MethodDescriptor, in input: MessageCodec<I>, out output: MessageCodec<O>,
    options: CallOptions = CallOptions()
  ) async throws -> ClientStream<I, O> {
    try await clientStreaming(method, in: input, out: output, options: options)
  }
}

/// The responses of one call, in order; ends when the call ended OK, throws an ``RPCError`` when
/// it ended otherwise. Cancelling the reading task cancels the call.
public struct ClientResponses<O: Sendable>: AsyncSequence, Sendable {
  public typealias Element = O

  /// The call below, for headers, trailers and cancelling.
  public let call: any ClientCall
  @usableFromInline let codec: MessageCodec<O>

  @usableFromInline init(call: any ClientCall, codec: MessageCodec<O>) {
    self.call = call
    self.codec = codec
  }

  /// The next response, or `nil` at the end.
  @inlinable public func next() async throws -> O? {
    let bytes = try await withTaskCancellationHandler {
      try await call.receive()
    } onCancel: {
      call.cancel()
    }
    guard let bytes else { return nil }
    return try codec.decoded(bytes)
  }

  @inlinable public func makeAsyncIterator() -> Iterator { Iterator(responses: self) }

  /// Reads the same call as the sequence it came from.
  public struct Iterator: AsyncIteratorProtocol {
    @usableFromInline let responses: ClientResponses

    @usableFromInline init(responses: ClientResponses) { self.responses = responses }

    @inlinable public mutating func next() async throws -> O? { try await responses.next() }

    @inlinable public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws -> O? {
      try await responses.next()
    }
  }
}

/// An open call with a stream of requests: client-streaming or bidirectional.
public struct ClientStream<I: Sendable, O: Sendable>: Sendable {
  /// The call below, for headers, trailers and cancelling.
  public let call: any ClientCall
  /// The responses; for a client-streaming method use ``finish()`` instead.
  public let responses: ClientResponses<O>
  @usableFromInline let method: MethodDescriptor
  @usableFromInline let input: MessageCodec<I>

  @usableFromInline init(
    method: MethodDescriptor, call: any ClientCall, input: MessageCodec<I>,
    output: MessageCodec<O>
  ) {
    self.method = method
    self.call = call
    self.input = input
    responses = ClientResponses(call: call, codec: output)
  }

  /// Sends one request; suspends while the server reads too slowly.
  @inlinable public func send(_ message: I) async throws {
    try await call.send(input.encoded(message))
  }

  /// Sends one request, compressed or not (``CallOptions/compressesRequests``).
  @inlinable public func send(_ message: I, compressed: Bool) async throws {
    try await call.send(input.encoded(message), compressed: compressed)
  }

  /// Tells the server that no more requests come.
  public func finishSending() async throws { try await call.finishSending() }

  /// Ends the requests and waits for the one response of a client-streaming method.
  @inlinable public func finish() async throws -> O {
    try await call.finishSending()
    return try await withTaskCancellationHandler {
      try await responses.codec.decoded(Cardinality.oneResponse(call, method))
    } onCancel: {
      call.cancel()
    }
  }

  /// Gives the call up.
  public func cancel() { call.cancel() }
}
