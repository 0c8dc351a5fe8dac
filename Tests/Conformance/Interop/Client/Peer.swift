internal import EventLoop
internal import InteropSchema
internal import Protobuf
internal import RPCClient
internal import RPCCore
internal import RPCProtobuf
internal import Schema

/// The server that a case is run against, and a channel to it.
struct Peer: Sendable {
  let loop: EventLoop
  let configuration: ClientConfiguration
  let pace: Pace
  private(set) var channel: Channel?

  init(loop: EventLoop, configuration: ClientConfiguration, pace: Pace) {
    self.loop = loop
    self.configuration = configuration
    self.pace = pace
  }

  /// Runs `body` with a channel of its own, and closes the channel.
  func withChannel(_ body: (Peer) async throws -> Void) async throws {
    var peer = self
    let channel = try Channel(loop: loop, configuration: configuration)
    peer.channel = channel
    do {
      try await body(peer)
    } catch {
      await channel.close()
      throw error
    }
    await channel.close()
  }

  /// The channel that a case was given.
  var open: Channel {
    guard let channel else { preconditionFailure("our bug: a case runs inside withChannel") }
    return channel
  }

  var service: Testing.TestServiceClient { Testing.TestServiceClient(open) }

  /// Calls UnaryCall and gives, besides the response, the call: for headers, trailers and flags.
  func unary(
    _ request: Testing.SimpleRequest, _ options: CallOptions = CallOptions()
  ) async throws -> (response: Testing.SimpleResponse, call: any ClientCall) {
    let method = Testing.TestServiceBinding.unaryCall.method
    let call = try await open.open(method, options: options)
    try await call.send(request.serializedBytes())
    try await call.finishSending()
    guard let bytes = try await call.receive() else { throw CaseFailure("no response came") }
    let response = try Testing.SimpleResponse(serializedBytes: bytes)
    let isCompressed = call.lastResponseWasCompressed
    guard try await call.receive() == nil else { throw CaseFailure("a second response came") }
    try expect(call.lastResponseWasCompressed == isCompressed, "the end of a call has no flag")
    return (response, call)
  }
}

/// Why a case did not pass.
struct CaseFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Fails the case with `failure` unless `condition` holds.
func expect(_ condition: Bool, _ failure: @autoclosure () -> String) throws {
  if !condition { throw CaseFailure(failure()) }
}

/// Fails the case unless `body` fails with `code`; gives the error.
@discardableResult
func expect(_ code: StatusCode, _ body: () async throws -> Void) async throws -> RPCError {
  do {
    try await body()
  } catch let error as RPCError {
    try expect(error.code == code, "\(code) was expected, not \(error)")
    return error
  }
  throw CaseFailure("\(code) was expected; the call succeeded")
}

extension Testing.Payload {
  /// `count` zero bytes.
  static func zeros(_ count: Int) -> Testing.Payload {
    .with { $0.body = [UInt8](repeating: 0, count: count) }
  }
}

extension Testing.SimpleRequest {
  /// The request of large_unary, on which most cases build.
  static var large: Testing.SimpleRequest {
    .with {
      $0.responseSize = 314_159
      $0.payload = .zeros(271_828)
    }
  }
}

extension Testing.StreamingOutputCallRequest {
  /// A request for answers of these sizes, with a payload of its own.
  static func asking(_ sizes: [Int32], payload: Int? = nil) -> Testing.StreamingOutputCallRequest {
    .with {
      $0.responseParameters = sizes.map { size in .with { $0.size = size } }
      $0.payload = payload.map { .zeros($0) }
    }
  }
}

extension Testing.BoolValue {
  /// The wrapped form of `value`.
  static func of(_ value: Bool) -> Testing.BoolValue { .with { $0.value = value } }
}
