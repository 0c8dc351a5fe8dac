internal import EventLoop
internal import FoundationEssentials
internal import InteropSchema
internal import Protobuf
internal import RPCCore
internal import RPCProtobuf
internal import Schema

/// What is served of `grpc.testing`: everything that the description does not want left out.
struct TestServices: RPCService {
  let board: LoadBoard

  var handlers: [MethodHandler] {
    let left = Testing.TestServiceBinding.unimplementedCall.method
    return TestService(board: board).handlers.filter { $0.descriptor != left }
  }
}

/// `grpc.testing.TestService`, as the description of its features says.
struct TestService: Testing.TestServiceServing {
  let board: LoadBoard

  /// Tells one running server from another.
  private static let serverID = "payaid-\(UInt64.random(in: 1 ... .max))"

  func emptyCall(_ request: Testing.Empty, _ context: RPCContext) async throws -> Testing.Empty {
    echoMetadata(context)
    return Testing.Empty()
  }

  func unaryCall(
    _ request: Testing.SimpleRequest, _ context: RPCContext
  ) async throws -> Testing.SimpleResponse {
    echoMetadata(context)
    try check(request.expectCompressed, context)
    try check(request.responseStatus)
    if let report = request.orcaPerQueryReport {
      context.trailers.add(binary: try report.load.serializedBytes(), for: LoadBoard.trailer)
    }
    context.compressesResponses = request.responseCompressed?.value
    let payload = try payload(request.responseSize, request.responseType)
    return .with {
      $0.payload = payload
      if request.fillServerId { $0.serverId = Self.serverID }
    }
  }

  func cacheableUnaryCall(
    _ request: Testing.SimpleRequest, _ context: RPCContext
  ) async throws -> Testing.SimpleResponse {
    context.initialMetadata["cache-control"] = "max-age=60, public"
    let now = Int(Date().timeIntervalSince1970 * 1_000_000_000)
    return .with { $0.payload = .with { $0.body = Array("\(now)".utf8) } }
  }

  func streamingOutputCall(
    _ request: Testing.StreamingOutputCallRequest,
    _ responses: Outbound<Testing.StreamingOutputCallResponse>, _ context: RPCContext
  ) async throws {
    echoMetadata(context)
    try check(request.responseStatus)
    try await answer(request, responses, context)
  }

  func streamingInputCall(
    _ requests: Inbound<Testing.StreamingInputCallRequest>, _ context: RPCContext
  ) async throws -> Testing.StreamingInputCallResponse {
    var sum: Int32 = 0
    for try await request in requests {
      try check(request.expectCompressed, context)
      sum &+= Int32(truncatingIfNeeded: request.payload?.body.count ?? 0)
    }
    return .with { $0.aggregatedPayloadSize = sum }
  }

  func fullDuplexCall(
    _ requests: Inbound<Testing.StreamingOutputCallRequest>,
    _ responses: Outbound<Testing.StreamingOutputCallResponse>, _ context: RPCContext
  ) async throws {
    echoMetadata(context)
    var turn: LoadBoard.Turn?
    for try await request in requests {
      try check(request.responseStatus)
      if let report = request.orcaOobReport {
        // One client at a time may say what the reports beside the calls hold.
        if turn == nil { turn = try await board.takeTurn() }
        board.post(report.load)
      }
      try await answer(request, responses, context)
    }
    withExtendedLifetime(turn) {}
  }

  func halfDuplexCall(
    _ requests: Inbound<Testing.StreamingOutputCallRequest>,
    _ responses: Outbound<Testing.StreamingOutputCallResponse>, _ context: RPCContext
  ) async throws {
    var held: [Testing.StreamingOutputCallRequest] = []
    for try await request in requests { held.append(request) }
    for request in held { try await answer(request, responses, context) }
  }

  func unimplementedCall(
    _ request: Testing.Empty, _ context: RPCContext
  ) async throws -> Testing.Empty {
    throw RPCError(.unimplemented, "this method is left out of the server")
  }
}

extension TestService {
  /// One answer for each parameter of `request`, each as late and as compressed as it asks for.
  private func answer(
    _ request: Testing.StreamingOutputCallRequest,
    _ responses: Outbound<Testing.StreamingOutputCallResponse>, _ context: RPCContext
  ) async throws {
    for parameters in request.responseParameters {
      if parameters.intervalUs > 0, let loop = EventLoop.current {
        try await loop.sleep(for: .microseconds(Int64(parameters.intervalUs)))
      }
      if let compressed = parameters.compressed { context.compressesResponses = compressed.value }
      var response = Testing.StreamingOutputCallResponse()
      response.payload = try payload(parameters.size, request.responseType)
      if parameters.fillPeerSocketAddress?.value == true {
        response.peerSocketAddress = context.peer
      }
      try await responses.send(response)
    }
  }

  private func payload(_ size: Int32, _ type: Testing.PayloadType) throws -> Testing.Payload {
    guard case .compressable = type else {
      throw RPCError(.invalidArgument, "payload type \(type.rawValue) is not supported")
    }
    guard size >= 0 else { throw RPCError(.invalidArgument, "a payload of \(size) bytes") }
    return .with { $0.body = [UInt8](repeating: 0, count: Int(size)) }
  }

  /// Ends the call with the status that the request asks for; 0 is taken as none.
  private func check(_ status: Testing.EchoStatus?) throws {
    guard let status, status.code != 0 else { return }
    let code = UInt8(exactly: status.code).map { StatusCode(rawValue: $0) }
    throw RPCError(code ?? .unknown, status.message)
  }

  /// Refuses a message that did not come as its sender says it should.
  private func check(_ expected: Testing.BoolValue?, _ context: RPCContext) throws {
    guard let expected, expected.value != context.lastRequestWasCompressed else { return }
    throw RPCError(
      .invalidArgument, "the message is \(expected.value ? "not " : "")compressed")
  }

  private func echoMetadata(_ context: RPCContext) {
    let (initial, trailing) = ("x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin")
    for value in context.metadata.values(initial) {
      context.initialMetadata.add(value, for: initial)
    }
    if let value = context.metadata.binary(trailing) {
      context.trailers.add(binary: value, for: trailing)
    }
  }
}
