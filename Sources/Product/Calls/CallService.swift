package import Domain
package import Postgres
package import RPCCore
package import Schema
internal import Services
internal import Protobuf

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

  package init(
    pool: PostgresPool, tokens: PageTokens, agents: any AgentDirectory,
    admission: any CallAdmission, dialer: Dialer, bell: CallBell, live: LiveCalls,
    recordings: Recordings
  ) {
    self.pool = pool
    self.tokens = tokens
    self.agents = agents
    self.admission = admission
    self.dialer = dialer
    self.bell = bell
    self.live = live
    self.recordings = recordings
  }

  package func getCall(
    _ request: V1.GetCallRequest, _ context: RPCContext
  ) async throws -> V1.Call {
    let caller = try context.caller()
    return try await pool.transaction(tenant: .merchant(caller.merchant.text)) { transaction in
      let record = try await Self.existing(request.callId, transaction)
      var call = record.proto
      try await CallMetadataStore.fill(&call, record.id, transaction)
      return call
    }
  }

  package func listCalls(
    _ request: V1.ListCallsRequest, _ context: RPCContext
  ) async throws -> V1.ListCallsResponse {
    let caller = try context.caller()
    let size = try PageSize.checked(request.pageSize)
    var arguments = [caller.merchant.text, request.agentId, "\(request.state.rawValue)"]
    arguments += [request.startTime, request.endTime].map { time in
      time.map { "\(Moment($0).microseconds)" } ?? ""
    }
    let cursor = try tokens.cursor(in: request.pageToken, arguments: arguments)
    let found = try await CallStore.page(
      request, after: cursor, limit: size + 1, merchant: caller.merchant,
      pool.autocommit(.merchant(caller.merchant.text)))
    return .with {
      $0.calls = found.prefix(size).map(\.proto)
      if found.count > size, let last = $0.calls.last {
        $0.nextPageToken = tokens.make(cursor: last.callId, arguments: arguments)
      }
    }
  }

  package func endCall(
    _ request: V1.EndCallRequest, _ context: RPCContext
  ) async throws -> V1.Call {
    let caller = try context.caller()
    let record = try await pool.transaction(tenant: .merchant(caller.merchant.text)) {
      transaction in
      let record = try await Self.existing(request.callId, transaction)
      if record.state.isTerminal { return record }
      // Not answered yet: a phone that still rings finds nobody, since the stream is not let in.
      let canceled = try await CallStore.move(
        record.id, to: .canceled, reason: "requested", transaction)
      if let canceled { return canceled }
      try await live.requestEnd(record.id, transaction)
      return record
    }
    return record.proto
  }

  package func getRecording(
    _ request: V1.GetRecordingRequest, _ context: RPCContext
  ) async throws -> Google.Api.HttpBody {
    let caller = try context.caller()
    let found = try await pool.transaction(tenant: .merchant(caller.merchant.text)) { transaction in
      let record = try await Self.existing(request.callId, transaction)
      return try await CallMetadataStore.recording(of: record.id, transaction)
    }
    guard let found else { throw RPCError(.notFound, "there is no recording of this call") }
    let wav = try await recordings.read(found.url, wrappedKey: found.wrappedKey)
    return .with {
      $0.contentType = "audio/wav"
      $0.data = wav
    }
  }

  static func existing(_ text: String, _ transaction: Transaction) async throws -> CallRecord {
    guard let id = CallID(text), let record = try await CallStore.find(id, transaction) else {
      throw RPCError(.notFound, "there is no such call")
    }
    return record
  }
}
