package import Domain
package import HTTPClient
package import Postgres
package import RPCCore
package import Schema
internal import Objects
internal import Protobuf
package import VoiceAPI

/// Serves `payaid.voice.v1.CallService`.
package struct CallService: Payaid.Voice.V1.CallServiceServing {
  package typealias V1 = Payaid.Voice.V1

  let pool: PostgresPool
  let tokens: PageTokens
  let agents: any AgentDirectory
  let admission: any CallAdmission
  let dialer: Dialer
  let bell: CallBell
  let live: LiveCalls
  let recordings: Recordings
  /// Where webhooks may go.
  let policy: OutboundPolicy
  let access: CallAccessLog

  package init(
    pool: PostgresPool, tokens: PageTokens, agents: any AgentDirectory,
    admission: any CallAdmission, dialer: Dialer, bell: CallBell, live: LiveCalls,
    recordings: Recordings, policy: OutboundPolicy
  ) {
    self.pool = pool
    self.tokens = tokens
    self.agents = agents
    self.admission = admission
    self.dialer = dialer
    self.bell = bell
    self.live = live
    self.recordings = recordings
    self.policy = policy
    access = CallAccessLog(pool: pool)
  }

  package func getCall(
    _ request: V1.GetCallRequest, _ context: RPCContext
  ) async throws -> V1.Call {
    let caller = try context.caller()
    let call = try await pool.transaction(tenant: .merchant(caller.merchant.text)) { transaction in
      try await Self.whole(try await Self.existing(request.callId, transaction), transaction)
    }
    if !call.transcript.isEmpty { await access.noteTranscript(of: call.callId, caller, .call) }
    return call
  }

  package func listCalls(
    _ request: V1.ListCallsRequest, _ context: RPCContext
  ) async throws -> V1.ListCallsResponse {
    let caller = try context.caller()
    var arguments = [caller.merchant.text, request.agentId, "\(request.state.rawValue)"]
    arguments += [request.startTime, request.endTime].map { time in
      time.map { "\(Moment($0).microseconds)" } ?? ""
    }
    let page = try await tokens.page(
      request.pageSize, request.pageToken, of: arguments, cursor: { $0.callId }
    ) { cursor, limit in
      try await CallStore.page(
        request, after: cursor, limit: limit, merchant: caller.merchant,
        pool.autocommit(.merchant(caller.merchant.text)))
    }
    return .with {
      $0.calls = page.entries
      $0.nextPageToken = page.next
    }
  }

  package func endCall(
    _ request: V1.EndCallRequest, _ context: RPCContext
  ) async throws -> V1.Call {
    let caller = try context.caller()
    return try await pool.transaction(tenant: .merchant(caller.merchant.text)) { transaction in
      let record = try await Self.existing(request.callId, transaction)
      return try await Self.whole(try await end(record, transaction), transaction)
    }
  }

  /// Ends the call or has the process end it that holds it; the call as it then is.
  private func end(_ call: CallRecord, _ transaction: Transaction) async throws -> CallRecord {
    if call.state.isTerminal { return call }
    // Not answered yet: a phone that still rings finds nobody, since the stream is not let in.
    let canceled = try await CallStore.move(
      call.id, to: .canceled, reason: "requested", transaction)
    if let canceled { return canceled }
    try await live.requestEnd(call.id, transaction)
    return call
  }

  /// Bytes of one message of a recording: any client takes it, and a slow one holds up little.
  private static let recordingMessage = 256 * 1024

  package func getRecording(
    _ request: V1.GetRecordingRequest, _ responses: Outbound<Google.Api.HttpBody>,
    _ context: RPCContext
  ) async throws {
    let caller = try context.caller()
    let tenant = Tenant.merchant(caller.merchant.text)
    let (id, found) = try await pool.transaction(tenant: tenant) { transaction in
      let id = try await Self.existing(request.callId, transaction).id
      let found = try await CallMetadataStore.recording(of: id, transaction)
      // Committed before anything is answered: nobody hears what is not written down.
      try await CallAccessLog.noteRecording(of: id, isThere: found != nil, caller, transaction)
      return (id, found)
    }
    guard let found, let sound = try await sound(of: id, found.url, found.wrappedKey, tenant) else {
      throw RPCError(.notFound, "there is no recording of this call")
    }
    // Sound does not shrink.
    context.compressesResponses = false
    try await sound.send { bytes in
      for start in stride(from: 0, to: bytes.count, by: Self.recordingMessage) {
        try await responses.send(
          .with {
            $0.contentType = "audio/wav"
            $0.data = Array(bytes[start..<min(start + Self.recordingMessage, bytes.count)])
          })
      }
    }
  }

  /// The recording; `nil` when it was deleted while it was looked for.
  private func sound(
    of id: CallID, _ url: String, _ wrappedKey: [UInt8], _ tenant: Tenant
  ) async throws -> RecordingSound? {
    do {
      return try await recordings.open(url, wrappedKey: wrappedKey)
    } catch let error as ObjectError where error.kind == .notFound {
      let isKept = try await pool.transaction(tenant: tenant) {
        try await CallMetadataStore.isRecordingKept(of: id, $0)
      }
      if isKept { throw error }
      return nil
    }
  }

  /// The call with all that lies beside its row.
  static func whole(_ record: CallRecord, _ transaction: Transaction) async throws -> V1.Call {
    var call = record.proto
    try await CallMetadataStore.fill(&call, record.id, transaction)
    return call
  }

  static func existing(_ text: String, _ transaction: Transaction) async throws -> CallRecord {
    guard let id = CallID(text), let record = try await CallStore.find(id, transaction) else {
      throw RPCError(.notFound, "there is no such call")
    }
    return record
  }
}
