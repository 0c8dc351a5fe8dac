/// A method with the code behind it: reads a call's messages from a port and answers there.
///
/// Returning ends the call OK; throwing ends it with the error's status. How many messages each
/// side may send is enforced here, so a handler function sees only well-formed calls.
public struct MethodHandler: Sendable {
  /// Serves one call; the port has its messages, serialized.
  public typealias Run = @Sendable (RPCContext, any MessagePort) async throws -> Void

  /// The method that is served.
  public let descriptor: MethodDescriptor
  /// Serves one call.
  public let run: Run

  /// A handler that works on serialized messages; the four functions below are what services use.
  public init(_ descriptor: MethodDescriptor, run: @escaping Run) {
    self.descriptor = descriptor
    self.run = run
  }

  /// One request, one response. The request is the body's own: to answer with parts of it takes no
  /// copy of it.
  @inlinable public static func unary<I: Sendable, O: Sendable>(
    _ method: MethodDescriptor, in input: MessageCodec<I>, out output: MessageCodec<O>,
    _ body: @escaping @Sendable (consuming I, RPCContext) async throws -> O
  ) -> MethodHandler {
    MethodHandler(method) { context, port in
      let request: I
      if let here = try port.takeOnly(input) {
        request = here
      } else {
        request = try input.decoded(await Cardinality.oneRequest(port, method), from: port)
      }
      let response = try await body(consume request, context)
      if port.takesObjects, let objects = output.objects,
        try port.sendNow(objects.encoded(response))
      {
        return
      }
      let bytes = try output.encoded(response)
      if try port.sendNow(bytes) { return }
      try await port.send(bytes)
    }
  }

  /// One request, any number of responses.
  @inlinable public static func serverStreaming<I: Sendable, O: Sendable>(
    _ method: MethodDescriptor, in input: MessageCodec<I>, out output: MessageCodec<O>,
    _ body: @escaping @Sendable (I, Outbound<O>, RPCContext) async throws -> Void
  ) -> MethodHandler {
    MethodHandler(method) { context, port in
      let request = try await input.decoded(Cardinality.oneRequest(port, method), from: port)
      try await body(request, Outbound(port: port, codec: output), context)
    }
  }

  /// Any number of requests, one response.
  @inlinable public static func clientStreaming<I: Sendable, O: Sendable>(
    _ method: MethodDescriptor, in input: MessageCodec<I>, out output: MessageCodec<O>,
    _ body: @escaping @Sendable (Inbound<I>, RPCContext) async throws -> O
  ) -> MethodHandler {
    MethodHandler(method) { context, port in
      let response = try await body(Inbound(port: port, codec: input), context)
      try await port.send(output.encoded(response))
    }
  }

  /// Any number of messages each way, in any order.
  @inlinable public static func bidirectional<I: Sendable, O: Sendable>(
    _ method: MethodDescriptor, in input: MessageCodec<I>, out output: MessageCodec<O>,
    _ body: @escaping @Sendable (Inbound<I>, Outbound<O>, RPCContext) async throws -> Void
  ) -> MethodHandler {
    MethodHandler(method) { context, port in
      try await body(
        Inbound(port: port, codec: input), Outbound(port: port, codec: output), context)
    }
  }
}

extension MessagePort {
  /// The only message of the peer, when it and the end of its stream are here already.
  // Always inlined: called as it is, it would be generic code at run time.
  @inlinable @inline(__always) func takeOnly<M>(_ codec: MessageCodec<M>) throws -> M? {
    if let object = try takeOnlyObject() { return try codec.decoded(object, from: self) }
    guard let bytes = takeOnlyMessage() else { return nil }
    return try codec.decoded(bytes, from: self)
  }
}

/// The rule for methods that take one message: none, or a second one, is `unimplemented`.
@usableFromInline enum Cardinality {
  @usableFromInline static func oneRequest(
    _ port: any MessagePort, _ method: MethodDescriptor
  ) async throws -> [UInt8] {
    guard let request = try await port.receive() else {
      throw RPCError(.unimplemented, "\(method.fullName) takes one request message; none came")
    }
    guard try await port.receive() == nil else {
      throw RPCError(.unimplemented, "\(method.fullName) takes one request message; more came")
    }
    return request
  }

  @usableFromInline static func oneResponse(
    _ call: any ClientCall, _ method: MethodDescriptor
  ) async throws -> [UInt8] {
    guard let response = try await call.receive() else {
      throw RPCError(.unimplemented, "\(method.fullName) gives one response message; none came")
    }
    guard try await call.receive() == nil else {
      call.cancel()
      throw RPCError(.unimplemented, "\(method.fullName) gives one response message; more came")
    }
    return response
  }
}
