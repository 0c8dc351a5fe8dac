internal import GRPCCore

/// `grpc.testing.TestService` over grpc-swift; field numbers are those of interop.proto.
struct TestService: RegistrableRPCService {
  private static let initial = "x-grpc-test-echo-initial"
  private static let trailing = "x-grpc-test-echo-trailing-bin"

  func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
    unary("EmptyCall", in: &router) { _ in Message() }
    unary("UnaryCall", in: &router) { request in
      try check(request)
      return Message().with(1, .payload(request.int(2)))
    }
    stream("StreamingOutputCall", in: &router) { requests, writer in
      for try await request in requests { try await answer(request, writer) }
    }
    stream("StreamingInputCall", in: &router) { requests, writer in
      var sum = 0
      for try await request in requests { sum += request.payloadSize(1) }
      try await writer.write(Message().with(1, sum))
    }
    stream("FullDuplexCall", in: &router) { requests, writer in
      for try await request in requests {
        try check(request)
        try await answer(request, writer)
      }
    }
    stream("HalfDuplexCall", in: &router) { requests, writer in
      var held: [Message] = []
      for try await request in requests { held.append(request) }
      for request in held { try await answer(request, writer) }
    }
  }

  private func unary<Transport: ServerTransport>(
    _ name: String, in router: inout RPCRouter<Transport>,
    _ body: @escaping @Sendable (Message) throws -> Message
  ) {
    stream(name, in: &router) { requests, writer in
      for try await request in requests { try await writer.write(body(request)) }
    }
  }

  private func stream<Transport: ServerTransport>(
    _ name: String, in router: inout RPCRouter<Transport>,
    _ body:
      @escaping @Sendable (RPCAsyncSequence<Message, any Error>, RPCWriter<Message>)
      async throws -> Void
  ) {
    router.registerHandler(forMethod: .test(name), deserializer: Codec(), serializer: Codec()) {
      request, _ in
      var head = Metadata()
      for value in request.metadata[stringValues: Self.initial] {
        head.addString(value, forKey: Self.initial)
      }
      var trailers = Metadata()
      for value in request.metadata[binaryValues: Self.trailing] {
        trailers.addBinary(value, forKey: Self.trailing)
      }
      let ending = trailers
      return StreamingServerResponse(metadata: head) { writer in
        try await body(request.messages, writer)
        return ending
      }
    }
  }

  private func answer(_ request: Message, _ writer: RPCWriter<Message>) async throws {
    for parameters in request.all(2) {
      guard let parameters = Message(parameters) else { continue }
      try await writer.write(Message().with(1, .payload(parameters.int(1))))
    }
  }

  private func check(_ request: Message) throws {
    guard let status = request.message(7), status.int(1) != 0,
      let code = Status.Code(rawValue: status.int(1)).flatMap({ RPCError.Code($0) })
    else { return }
    let message = String(decoding: status.all(2).last ?? [], as: UTF8.self)
    throw RPCError(code: code, message: message)
  }
}
