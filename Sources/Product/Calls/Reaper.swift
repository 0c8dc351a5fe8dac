internal import Domain
package import EventLoop
package import Postgres
package import Speech
internal import Telemetry

/// Sees to it that every call ends: renews the leases of this process's calls, finishes those whose
/// process died, and asks the carrier about those it has forgotten to report. Stores the recordings
/// that could not be stored when their calls ended.
package struct Reaper: Sendable {
  /// By then a call is over, whatever the carrier says: half an hour of attempts, the ringing and an hour
  /// of talk end before.
  private static let longest = Duration.seconds(7_200)

  private let pool: PostgresPool
  private let carrier: any Carrier
  private let settings: CallSettings
  private let live: LiveCalls
  private let finisher: CallFinisher
  private let watch = LeaseWatch()
  /// How often it looks.
  var interval = CallLease.renewal

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
  ///
  /// Each of its duties is a task of its own: a slow carrier or object store must not keep this
  /// process from renewing leases, or others take its calls for abandoned.
  package func run(on loop: EventLoop) async {
    await withDiscardingTaskGroup { group in
      group.addTask {
        await attend("leases", every: interval, on: loop) { try await renew() }
      }
      group.addTask {
        await attend("abandoned calls", every: interval, on: loop) {
          try await finishAbandoned(on: loop)
        }
      }
      group.addTask {
        await attend("unanswered calls", every: interval, on: loop) { try await reconcile() }
      }
      group.addTask {
        await attend("recordings", every: interval * 6, on: loop) { try await keepLeft(on: loop) }
      }
    }
  }

  private func attend(
    _ what: String, every interval: Duration, on loop: EventLoop, _ work: () async throws -> Void
  ) async {
    while !Task.isCancelled {
      do {
        try await work()
      } catch is CancellationError {
        return
      } catch {
        Log("calls").warning("the reaper failed", ["at": "\(what)", "error": "\(error)"])
      }
      guard (try? await loop.sleep(for: interval)) != nil else { return }
    }
  }

  private func renew() async throws {
    do {
      let ending = try await CallLease.renew(owner: settings.owner, holding: live.ids, pool)
      for id in ending { live.end(id) }
    } catch {
      watch.renewed(false)
      throw error
    }
    watch.renewed(true)
  }

  /// Ends calls whose lease ran out, once others have had the time of a lease to renew theirs. A
  /// queued one is left to its job, which is tried again.
  private func finishAbandoned(on loop: EventLoop) async throws {
    // A lease lasts four renewals.
    guard watch.isSteady(for: interval * 4) else { return }
    let expired = try await pool.transaction(tenant: .system) {
      try await CallLease.takeExpired(owner: settings.owner, except: live.ids, $0)
    }
    for call in expired where call.state == .inProgress {
      await finisher.finish(call, .abandoned, on: loop)
    }
  }

  /// Stores recordings of calls that are over, until the object store refuses one. In any order: one
  /// that is refused each time does not hold up the others for ever. Those of people who were erased
  /// go.
  private func keepLeft(on loop: EventLoop) async throws {
    for id in try await finisher.recordings.setAside() { _ = try await finisher.dropErased(id) }
    let held = Set(live.ids)
    let left = try await finisher.recordings.left().filter { !held.contains($0.text) }
    CallFigures.process.waits(left.count, oldest: await finisher.recordings.age(ofOldest: left))
    for id in left.shuffled() where !live.ids.contains(id.text) {
      guard try await finisher.keepLeft(id, on: loop) else { return }
    }
  }

  /// Asks the carrier about calls that were dialled or came in and of which nothing more was heard.
  private func reconcile() async throws {
    let forgotten = try await pool.transaction(tenant: .system) {
      try await CallStore.takeUnanswered(owner: settings.owner, $0)
    }
    for call in forgotten {
      let age = WallClock.now - (call.dialTime ?? call.createTime)
      let status = age > Self.longest ? .failed : try await status(call)
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
        callID: call.id.text, to: callee.e164, since: call.carrierKnowsSince)?.status
        ?? .failed
    } catch let error as SpeechError {
      Log("calls").warning("the carrier could not be asked", ["error": "\(error)"])
      return .queued
    }
  }
}
