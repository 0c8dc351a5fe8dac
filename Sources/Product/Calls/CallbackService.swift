internal import Domain
internal import EventLoop
package import Postgres
package import RPCCore
package import Schema
package import Speech
package import VoiceAPI

/// Serves `payaid.voice.v1.CarrierCallbackService`: what the carrier says about our calls.
///
/// News is acknowledged after it is stored. Late, repeated and backward news changes nothing, since
/// only legal moves are made.
package struct CallbackService: Payaid.Voice.V1.CarrierCallbackServiceServing {
  package typealias V1 = Payaid.Voice.V1

  private let pool: PostgresPool
  private let callbacks: any CarrierCallbacks

  package init(pool: PostgresPool, callbacks: any CarrierCallbacks) {
    self.pool = pool
    self.callbacks = callbacks
  }

  package func receiveExotelCallback(
    _ request: V1.ReceiveExotelCallbackRequest, _ context: RPCContext
  ) async throws -> Google.Protobuf.Empty {
    let verified = try verify(request, context)
    let id = try await call(of: verified)
    try await pool.transaction(tenant: .system) { transaction in
      try await Self.apply(verified.event, to: id, transaction)
    }
    return Google.Protobuf.Empty()
  }

  private func verify(
    _ request: V1.ReceiveExotelCallbackRequest, _ context: RPCContext
  ) throws -> VerifiedCarrierEvent {
    var headers: [String: String] = ["content-type": request.body?.contentType ?? ""]
    for name in ["x-exotel-signature", "authorization"] {
      if let value = context.metadata[name] { headers[name] = value }
    }
    let callback = CarrierCallbackRequest(
      query: ["cid": request.cid, "t": request.t], headers: headers,
      body: request.body?.data ?? [])
    do {
      return try callbacks.verify(callback)
    } catch {
      switch error {
      case .unauthenticated: throw RPCError(.unauthenticated, "the callback is not proven")
      case .tooLarge: throw RPCError(.outOfRange, "the callback has more than 65,536 bytes")
      case .malformed(let what): throw RPCError(.invalidArgument, what)
      }
    }
  }

  /// Our call that the event is about. The carrier may be faster than our own note of its call's
  /// name, so this waits a little for it; an event that still fits no call is refused, to come again.
  private func call(of verified: VerifiedCarrierEvent) async throws -> CallID {
    for attempt in 0..<20 {
      if attempt > 0 { try await EventLoop.current?.sleep(for: .milliseconds(100)) }
      let found = try await pool.transaction(tenant: .system) {
        try await CallStore.find(carrierID: verified.event.id.rawValue, $0)
      }
      guard let found else { continue }
      if case .capability(let callID) = verified.proof, callID != found.id.text {
        throw RPCError(.unauthenticated, "the callback is not proven")
      }
      return found.id
    }
    throw RPCError(.unavailable, "no call of this name is known yet; send it again")
  }

  /// What an event means for a call. One in progress ends when the process that holds its media has
  /// finished it; where that died, the reaper does, which keeps what is known of the talk.
  static func apply(
    _ event: CarrierStatusEvent, to id: CallID, _ transaction: Transaction
  ) async throws {
    switch event.kind {
    case .ringing: try await CallStore.move(id, to: .ringing, transaction)
    case .answered, .other: break
    case .terminal:
      guard try await CallStore.lock(id, transaction) != .inProgress else { return }
      try await CallStore.move(
        id, to: event.status.endState, reason: event.status.endReason, transaction)
    }
  }
}

extension CarrierCallStatus {
  /// The state in which a call ends whose carrier reports this at its end.
  var endState: CallState {
    switch self {
    case .completed: .completed
    case .busy: .busy
    case .noAnswer: .noAnswer
    case .canceled: .canceled
    case .failed, .queued, .ringing, .inProgress, .unrecognized: .failed
    }
  }

  /// Why it ended, for `Call.end_reason`.
  var endReason: String {
    switch endState {
    case .failed: "carrier_error"
    case .completed: "caller_hung_up"
    default: ""
    }
  }
}
