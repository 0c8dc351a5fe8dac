internal import Agents
internal import Compliance
internal import Domain
internal import HTTPClient
internal import Jobs
internal import Postgres
internal import Protobuf
internal import RPCCore
internal import Schema
internal import Speech
internal import Synchronization
import Testing
internal import VoiceAPI

@testable internal import Calls

/// A register that never answers.
struct SilentRegistry: DoNotDisturbRegistry {
  func status(of number: PhoneNumber) async -> DoNotDisturbAnswer {
    DoNotDisturbAnswer(.unknown, at: WallClock.now)
  }
}

/// A carrier that is asked for nothing.
private struct IdleCarrier: Carrier {
  func placeCall(_ request: PlaceCallRequest) async throws -> CarrierCallID {
    throw SpeechError(.permanent, "nothing is placed here")
  }

  func fetchCall(_ id: CarrierCallID) async throws -> CarrierCall? { nil }

  func findCall(callID: String, to number: String, since: Int64) async throws -> CarrierCall? {
    nil
  }
}

private struct IdleCallbacks: CarrierCallbacks {
  func statusCallbackURL(base: String, callID: String) -> String { base }

  func verify(
    _ request: CarrierCallbackRequest
  ) throws(CarrierCallbackRefusal) -> VerifiedCarrierEvent { throw .unauthenticated }
}

/// Keeps what is sent.
final class KeptMessages: MessagePort {
  private let messages = Mutex<[[UInt8]]>([])

  var all: [[UInt8]] { messages.withLock { $0 } }

  func receive() async throws -> [UInt8]? { nil }

  func send(_ message: [UInt8]) async throws { messages.withLock { $0.append(message) } }

  func sendHeaders(_ metadata: Metadata) async throws {}
}

/// Calls that have ended, as the API reads them.
extension EndingScene {
  /// The service, as each process has its own.
  func service(_ admission: (any CallAdmission)? = nil) -> CallService {
    let agents = StoredAgents()
    let gate =
      admission
      ?? StoredGate(registry: SilentRegistry(), numbers: .test(), telemarketer: nil)
    let dialer = Dialer(
      pool: scene.pool, jobs: JobQueue(), carrier: IdleCarrier(), callbacks: IdleCallbacks(),
      agents: agents, admission: gate, settings: settings)
    return CallService(
      pool: scene.pool, tokens: PageTokens(key: [UInt8](repeating: 7, count: 32)), agents: agents,
      admission: gate, dialer: dialer, bell: CallBell(), live: LiveCalls(),
      recordings: recordings, policy: OutboundPolicy())
  }

  /// A call of the API by a key of the merchant's, or of another's.
  func context(_ key: String = "key_a", of merchant: MerchantID? = nil) -> RPCContext {
    let context = RPCContext(
      method: MethodDescriptor(service: "test.Test", name: "Test", kind: .unary))
    context.identity = Caller(merchant: merchant ?? scene.merchant, principal: key)
    return context
  }

  /// What GetRecording sends of a call, put together: a WAV file.
  func heard(_ call: CallID, _ caller: RPCContext? = nil) async throws -> [UInt8] {
    let kept = KeptMessages()
    let codec = MessageCodec<Google.Api.HttpBody>(
      decode: { try Google.Api.HttpBody(serializedBytes: $0) },
      encode: { try $0.serializedBytes() })
    try await service().getRecording(
      .with { $0.callId = call.text }, Outbound(port: kept, codec: codec), caller ?? context())
    let bodies = try kept.all.map { try Google.Api.HttpBody(serializedBytes: $0) }
    #expect(bodies.allSatisfy { $0.contentType == "audio/wav" && $0.data.count <= 256 * 1024 })
    return bodies.flatMap(\.data)
  }

  /// A call that ended `days` ago and in which something was said.
  func ended(days: Int = 0, isRecorded: Bool = true) async throws -> CallRecord {
    let call = try await talk(isRecorded: isRecorded)
    await finisher.finish(call, hungUp(), on: loop)
    try await system { transaction in
      try await CallMetadataStore.finish(
        call.id, transcript: [.with { $0.text = "Hello." }], quality: nil, transaction)
      try await transaction.execute(
        """
        UPDATE calls SET end_time = now() - make_interval(days => \(days)::int)
        WHERE call_id = \(call.id.text)
        """)
    }
    return call
  }

  /// Who read what of a call, in order.
  func readings(of id: CallID) async throws -> [String] {
    let rows = try await system {
      try await $0.query(
        """
        SELECT concat_ws(' ', principal, what, outcome) AS reading FROM call_access
        WHERE call_id = \(id.text) ORDER BY entry_id
        """)
    }
    return try rows.map { try $0.decode("reading", as: String.self) }
  }
}
