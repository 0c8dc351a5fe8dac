internal import Domain
package import EventLoop
package import Postgres
package import Speech
internal import Telemetry

/// Sees to it that every call ends: renews the leases of this process's calls, finishes those whose
/// process died, and asks the carrier about those it has forgotten to report.
package struct Reaper: Sendable {
  /// How often it looks.
  private static let interval: Duration = .seconds(5)
  /// A call that has not been answered by then has been forgotten.
  private static let unansweredLimit = 90.0

  private let pool: PostgresPool
  private let carrier: any Carrier
  private let settings: CallSettings
  private let live: LiveCalls
  private let finisher: CallFinisher

  package init(
    pool: PostgresPool, carrier: any Carrier, settings: CallSettings, live: LiveCalls,
    recordings: Recordings
  ) {
    self.pool = pool
    self.carrier = carrier
    self.settings = settings
    self.live = live
    finisher = CallFinisher(pool: pool, settings: settings, recordings: recordings)
  }

  /// Looks every few seconds until its task is cancelled. Run it on a loop.
  package func run(on loop: EventLoop) async {
    while !Task.isCancelled {
      do {
        try await CallLease.renew(owner: settings.owner, holding: live.ids, pool)
        try await finishAbandoned()
        try await reconcile()
      } catch is CancellationError {
        return
      } catch {
        Log("calls").warning("the reaper failed", ["error": "\(error)"])
      }
      guard (try? await loop.sleep(for: Self.interval)) != nil else { return }
    }
  }

  /// Ends calls whose lease ran out. A queued one is left to its job, which is tried again.
  private func finishAbandoned() async throws {
    let expired = try await pool.transaction(tenant: .system) { transaction in
      let calls = try await CallLease.expired(transaction)
      for call in calls { try await CallLease.take(call.id, owner: settings.owner, transaction) }
      return calls
    }
    for call in expired where call.state == .inProgress {
      await finisher.finish(call, nil)
    }
  }

  /// Asks the carrier about calls that were dialled long ago and never answered.
  private func reconcile() async throws {
    let forgotten = try await pool.transaction(tenant: .system) {
      try await CallStore.unanswered(
        owner: settings.owner, longerThan: Self.unansweredLimit, $0)
    }
    for call in forgotten {
      let status = try await status(call)
      guard status.isTerminal else { continue }
      _ = try await pool.transaction(tenant: .system) {
        try await CallStore.move(
          call.id, to: status.endState, reason: status.endReason, $0)
      }
    }
  }

  /// What the carrier says of a call; a call it does not know has failed.
  private func status(_ call: CallRecord) async throws -> CarrierCallStatus {
    do {
      if let id = call.carrierID {
        return try await carrier.fetchCall(CarrierCallID(rawValue: id))?.status ?? .failed
      }
      guard let callee = call.phoneNumber else { return .failed }
      return try await carrier.findCall(
        callID: call.id.text, to: callee.e164, since: call.createTime.seconds - 60)?.status
        ?? .failed
    } catch let error as SpeechError {
      Log("calls").warning("the carrier could not be asked", ["error": "\(error)"])
      return .queued
    }
  }
}
