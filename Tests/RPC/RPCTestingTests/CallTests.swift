import RPCCore
import RPCTesting
import Testing

/// The four kinds of method and their failures, over the in-memory transport.
@Suite struct CallTests {
  private func method(_ name: String, _ kind: MethodKind) -> MethodDescriptor {
    MethodDescriptor(service: "test.Echo", name: name, kind: kind)
  }

  private func channel(
    _ handlers: [MethodHandler], interceptors: [Interceptor] = [],
    clock: VirtualClock = VirtualClock(), capacity: Int = 16
  ) -> InMemoryChannel {
    InMemoryChannel(
      services: [Handlers(handlers: handlers)], interceptors: interceptors, clock: clock,
      capacity: capacity)
  }

  private struct Handlers: RPCService {
    let handlers: [MethodHandler]
  }

  @Test func `a unary call gives its answer, headers and trailers`() async throws {
    let unary = method("Unary", .unary)
    let handler = MethodHandler.unary(unary, in: .bytes, out: .bytes) {
      (request: [UInt8], context) in
      context.initialMetadata["x-first"] = context.metadata["x-ask"]
      context.trailers["x-last"] = "2"
      return request + [9]
    }
    let call = try await channel([handler]).open(
      unary, options: CallOptions(metadata: ["x-ask": "1"]))
    try await call.send([1])
    try await call.finishSending()
    #expect(try await call.receive() == [1, 9])
    #expect(try await call.receive() == nil)
    #expect(try await call.headers()["x-first"] == "1")
    #expect(call.trailers["x-last"] == "2")
  }

  @Test func `a server stream ends where the handler returns`() async throws {
    let stream = method("Count", .serverStreaming)
    let handler = MethodHandler.serverStreaming(stream, in: .bytes, out: .bytes) {
      (request: [UInt8], responses: Outbound<[UInt8]>, _) in
      for number in 0..<request[0] { try await responses.send([number]) }
    }
    let responses = try await channel([handler], capacity: 2).serverStreaming(
      stream, [50], in: .bytes, out: .bytes)
    var received: [UInt8] = []
    for try await message in responses { received += message }
    #expect(received == Array(0..<50))
  }

  @Test func `a client stream gets one answer at its end`() async throws {
    let collect = method("Collect", .clientStreaming)
    let handler = MethodHandler.clientStreaming(collect, in: .bytes, out: .bytes) {
      (requests: Inbound<[UInt8]>, _) in
      var all: [UInt8] = []
      for try await message in requests { all += message }
      return all
    }
    let call = try await channel([handler]).clientStreaming(collect, in: .bytes, out: .bytes)
    for number in 1...5 { try await call.send([UInt8(number)]) }
    #expect(try await call.finish() == [1, 2, 3, 4, 5])
  }

  @Test func `a bidirectional call answers each message before the next`() async throws {
    let chat = method("Chat", .bidirectional)
    let call = try await channel([echo(chat)]).bidirectional(chat, in: .bytes, out: .bytes)
    for number in 0..<10 {
      try await call.send([UInt8(number)])
      #expect(try await call.responses.next() == [UInt8(number)])
    }
    try await call.finishSending()
    #expect(try await call.responses.next() == nil)
  }

  private func echo(_ method: MethodDescriptor) -> MethodHandler {
    .bidirectional(method, in: .bytes, out: .bytes) {
      (requests: Inbound<[UInt8]>, responses: Outbound<[UInt8]>, _) in
      for try await message in requests { try await responses.send(message) }
    }
  }

  @Test(arguments: [0, 2, 3])
  func `a method that takes one request refuses other numbers`(count: Int) async throws {
    let unary = method("Unary", .unary)
    let handler = MethodHandler.unary(unary, in: .bytes, out: .bytes) {
      (request: [UInt8], _) in request
    }
    let call = try await channel([handler]).open(unary, options: CallOptions())
    for _ in 0..<count { try? await call.send([1]) }
    try await call.finishSending()
    let error = await #expect(throws: RPCError.self) { try await call.receive() }
    #expect(error?.code == .unimplemented)
  }

  @Test(arguments: [0, 2])
  func `a client that gets not one answer to a unary call says so`(count: Int) async throws {
    let unary = method("Odd", .unary)
    let handler = MethodHandler(unary) { _, port in
      for _ in 0..<count { try await port.send([1]) }
    }
    let error = await #expect(throws: RPCError.self) {
      try await channel([handler]).unary(unary, [1], in: .bytes, out: .bytes)
    }
    #expect(error?.code == .unimplemented)
  }

  @Test func `an unknown method is unimplemented`() async throws {
    let error = await #expect(throws: RPCError.self) {
      try await channel([]).unary(method("None", .unary), [], in: .bytes, out: .bytes)
    }
    #expect(error?.code == .unimplemented)
  }

  @Test func `an error of the handler reaches the client with details and trailers`() async throws {
    let unary = method("Fail", .unary)
    let detail = ErrorDetail(typeName: "google.rpc.ErrorInfo", value: [1])
    let handler = MethodHandler.unary(unary, in: .bytes, out: .bytes) {
      (_: [UInt8], context) -> [UInt8] in
      context.trailers["x-t"] = "1"
      throw RPCError(.notFound, "no such thing", details: [detail], metadata: ["x-e": "2"])
    }
    let error = await #expect(throws: RPCError.self) {
      try await channel([handler]).unary(unary, [], in: .bytes, out: .bytes)
    }
    #expect(error?.code == .notFound)
    #expect(error?.message == "no such thing")
    #expect(error?.details == [detail])
    #expect(error?.metadata == ["x-t": "1", "x-e": "2"])
  }

  @Test func `a call that failed without a head has no headers, and tells why when it is read`()
    async throws
  {
    let call = try await channel([]).open(method("None", .unary), options: CallOptions())
    let headers = try await call.headers()
    #expect(headers.isEmpty)
    let error = await #expect(throws: RPCError.self) { try await call.receive() }
    #expect(error?.code == .unimplemented)
  }

  @Test func `an error that is not meant for peers shows only the request id`() async throws {
    struct Secret: Error {}
    let unary = method("Crash", .unary)
    let handler = MethodHandler.unary(unary, in: .bytes, out: .bytes) {
      (_: [UInt8], _) -> [UInt8] in throw Secret()
    }
    let error = await #expect(throws: RPCError.self) {
      try await channel([handler]).unary(unary, [], in: .bytes, out: .bytes)
    }
    #expect(error?.code == .internal)
    #expect(error?.message.contains("Secret") == false)
    #expect(error?.cause == nil)
  }

  @Test func `a message that does not parse is internal`() async throws {
    struct Odd: Error {}
    let unary = method("Unary", .unary)
    let codec = MessageCodec<[UInt8]>(decode: { _ in throw Odd() }, encode: { $0 })
    let handler = MethodHandler.unary(unary, in: codec, out: .bytes) {
      (request: [UInt8], _) in request
    }
    let error = await #expect(throws: RPCError.self) {
      try await channel([handler]).unary(unary, [1], in: .bytes, out: .bytes)
    }
    #expect(error?.code == .internal)
  }

  @Test func `a deadline ends the call and cancels its handler`() async throws {
    let chat = method("Silent", .bidirectional)
    let (ended, end) = AsyncStream<Bool>.makeStream()
    let handler = MethodHandler(chat) { context, port in
      _ = try await port.receive()
      try await port.send([2])
      do { _ = try await port.receive() } catch {
        end.yield(context.isCancelled)
        throw error
      }
    }
    let clock = VirtualClock()
    let call = try await channel([handler], clock: clock).open(
      chat, options: CallOptions(deadline: clock.deadline(in: .seconds(5))))
    try await call.send([1])
    #expect(try await call.receive() == [2])
    clock.advance(by: .seconds(5))
    let error = await #expect(throws: RPCError.self) { try await call.receive() }
    #expect(error?.code == .deadlineExceeded)
    #expect(await ended.first { _ in true } == true)
  }

  @Test func `a call whose deadline has passed does not begin`() async throws {
    let unary = method("Unary", .unary)
    let handler = MethodHandler(unary) { _, _ in Issue.record("the handler ran") }
    let clock = VirtualClock()
    let error = await #expect(throws: RPCError.self) {
      try await channel([handler], clock: clock).unary(
        unary, [], in: .bytes, out: .bytes, options: CallOptions(deadline: clock.now))
    }
    #expect(error?.code == .deadlineExceeded)
  }

  @Test func `a client that gives up frees a handler that waits for room`() async throws {
    let flood = method("Flood", .serverStreaming)
    let (ended, end) = AsyncStream<StatusCode>.makeStream()
    let handler = MethodHandler(flood) { _, port in
      _ = try await port.receive()
      do {
        while true { try await port.send([0]) }
      } catch {
        end.yield((error as? RPCError)?.code ?? .unknown)
        throw error
      }
    }
    let call = try await channel([handler], capacity: 2).open(flood, options: CallOptions())
    try await call.send([1])
    #expect(try await call.receive() == [0])
    call.cancel()
    #expect(await ended.first { _ in true } == .cancelled)
    let error = await #expect(throws: RPCError.self) { try await call.receive() }
    #expect(error?.code == .cancelled)
  }

  @Test func `interceptors run around the handler, the first outermost`() async throws {
    let unary = method("Unary", .unary)
    let handler = MethodHandler.unary(unary, in: .bytes, out: .bytes) {
      (request: [UInt8], context) in
      context.trailers.add("handler", for: "x-order")
      return request
    }
    let interceptors = ["outer", "inner"].map { name in
      Interceptor { context, next in
        context.trailers.add(name, for: "x-order")
        try await next(context)
      }
    }
    let call = try await channel([handler], interceptors: interceptors).open(
      unary, options: CallOptions())
    try await call.send([1])
    try await call.finishSending()
    while try await call.receive() != nil {}
    #expect(call.trailers.values("x-order") == ["outer", "inner", "handler"])
  }

  @Test func `checks and code around calls run in their order, errors pass outwards`() async throws
  {
    let unary = method("Unary", .unary)
    @Sendable func note(_ context: RPCContext, _ name: String) {
      context.trailers.add(name, for: "x-order")
    }
    let failing = MethodHandler.unary(unary, in: .bytes, out: .bytes) {
      (_: [UInt8], context) -> [UInt8] in
      note(context, "handler")
      throw RPCError(.notFound, "no such thing")
    }
    func recast(_ name: String) -> Interceptor.Recast {
      { context, error in
        note(context, "\(name) of \(RPCError(converting: error, requestID: "").message)")
        return RPCError(.notFound, name)
      }
    }
    let interceptors: [Interceptor] = [
      .recast(recast("outermost")),
      .check(
        now: { context in
          note(context, "now")
          return true
        }, later: { _ in Issue.record("it was decided") }, recast: recast("outer")),
      Interceptor { context, next in
        note(context, "around")
        try await next(context)
      },
      Interceptor(for: { $0.name == "Unary" ? nil : .check(later: { _ in Issue.record("not it") }) }
      ),
      .check(
        now: { context in
          note(context, "undecided")
          return false
        }, later: { note($0, "later") }),
    ]
    let call = try await channel([failing], interceptors: interceptors).open(
      unary, options: CallOptions())
    try await call.send([1])
    try await call.finishSending()
    let error = await #expect(throws: RPCError.self) { while try await call.receive() != nil {} }
    #expect(error?.message == "outermost")
    #expect(
      call.trailers.values("x-order") == [
        "now", "around", "undecided", "later", "handler", "outer of no such thing",
        "outermost of outer",
      ])
  }

  @Test(arguments: [true, false])
  func `a check that refuses does not see its own refusal`(isNow: Bool) async throws {
    let unary = method("Unary", .unary)
    let handler = MethodHandler(unary) { _, _ in Issue.record("the handler ran") }
    let refusal = RPCError(.unauthenticated, "who are you")
    let refusing = Interceptor.check(
      now: { _ in if isNow { throw refusal } else { false } }, later: { _ in throw refusal },
      recast: { _, error in
        Issue.record("it was its own")
        return error
      })
    let error = await #expect(throws: RPCError.self) {
      try await channel([handler], interceptors: [refusing]).unary(
        unary, [], in: .bytes, out: .bytes)
    }
    #expect(error?.code == .unauthenticated)
  }

  @Test(
    arguments: [
      (nil, nil), ("order-7_b.c", "order-7_b.c"), ("two words", nil), ("", nil),
      (String(repeating: "x", count: 64), String(repeating: "x", count: 64)),
      (String(repeating: "x", count: 65), nil), ("naïve", nil), ("a\r\nb: c", nil),
    ] as [(String?, String?)])
  func `a client may name its request, in words fit for a log`(sent: String?, kept: String?) {
    #expect(RequestID.accepted(sent) == kept)
    var metadata = Metadata()
    metadata["x-request-id"] = sent
    let context = RPCContext(method: method("Unary", .unary), metadata: metadata)
    #expect(context.requestID == kept ?? RequestID(seed: 0, number: 0).description)
  }

  @Test func `every error carries the id of its request`() async throws {
    let unary = method("Unary", .unary)
    let failing = MethodHandler.unary(unary, in: .bytes, out: .bytes) {
      (_: [UInt8], _) -> [UInt8] in throw RPCError(.notFound, "no such thing")
    }
    let error = await #expect(throws: RPCError.self) {
      try await channel([failing], interceptors: [.requestInfo]).unary(
        unary, [], in: .bytes, out: .bytes,
        options: CallOptions(metadata: ["x-request-id": "seven"]))
    }
    #expect(error?.code == .notFound)
    #expect(
      error?.details == [
        ErrorDetail(typeName: "google.rpc.RequestInfo", value: [0x0A, 5] + Array("seven".utf8))
      ])
  }

  @Test func `an interceptor may refuse a call`() async throws {
    let unary = method("Unary", .unary)
    let handler = MethodHandler(unary) { _, _ in Issue.record("the handler ran") }
    let refusing = Interceptor { _, _ in throw RPCError(.unauthenticated, "who are you") }
    let error = await #expect(throws: RPCError.self) {
      try await channel([handler], interceptors: [refusing]).unary(
        unary, [], in: .bytes, out: .bytes)
    }
    #expect(error?.code == .unauthenticated)
  }
}
