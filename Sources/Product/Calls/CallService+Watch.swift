internal import Domain
package import RPCCore
internal import Postgres
package import VoiceAPI

extension CallService {
  /// Sends what has happened, then what happens, until the call is over or the watcher leaves.
  package func watchCall(
    _ request: V1.WatchCallRequest, _ responses: Outbound<V1.CallEvent>, _ context: RPCContext
  ) async throws {
    let caller = try context.caller()
    let tenant = Tenant.merchant(caller.merchant.text)
    let id = try await pool.transaction(tenant: tenant) {
      try await Self.existing(request.callId, $0).id
    }
    var last = request.afterSequence
    let rings = bell.rings(for: id)
    var iterator = rings.makeAsyncIterator()
    while true {
      let (events, isOver) = try await pool.transaction(tenant: tenant) { [last] transaction in
        let record = try await Self.existing(id.text, transaction)
        return (
          try await CallEventStore.events(of: id, after: last, transaction),
          record.state.isTerminal
        )
      }
      if events.contains(where: \.isSpeech) {
        await access.noteTranscript(of: id.text, caller, .watch)
      }
      for event in events {
        try await responses.send(event)
        last = event.sequence
      }
      if events.isEmpty {
        if isOver { return }
        guard await iterator.next() != nil else { throw CancellationError() }
      }
    }
  }
}

extension Payaid.Voice.V1.CallEvent {
  /// Whether it is a line of the transcript.
  fileprivate var isSpeech: Bool {
    if case .transcript? = event { true } else { false }
  }
}
