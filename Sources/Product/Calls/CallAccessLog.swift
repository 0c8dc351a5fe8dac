internal import Domain
internal import Postgres
internal import RPCCore
internal import Synchronization
internal import Telemetry

/// Who read what of a call, in the table `call_access`. Any task.
///
/// Each attempt to read a recording is a row. Calls are polled, so that a transcript is one row for
/// each caller, way and hour: the table's key sees to it for all processes, and what this one has
/// written it remembers and does not send again.
final class CallAccessLog: Sendable {
  /// What is read.
  enum What: String, Sendable, PostgresEncodable {
    case recording
    /// The transcript, by GetCall.
    case call
    /// The transcript, by WatchCall.
    case watch
    /// What is kept of an erased person's call, by the operator.
    case held
    /// Its recording.
    case heldRecording = "held_recording"
  }

  private struct Reading: Hashable {
    let call: String
    let principal: String
    let what: What
    /// Hours since 1970.
    let hour: Int64
  }

  /// Readings that are remembered; then all are forgotten, at the cost of a statement each.
  private static let capacity = 10_000

  private let pool: PostgresPool
  private let now: @Sendable () -> Moment
  private let written = Mutex<Set<Reading>>([])

  init(pool: PostgresPool, now: @escaping @Sendable () -> Moment = { WallClock.now }) {
    self.pool = pool
    self.now = now
  }

  /// Notes in the caller's transaction that `caller` asked for the recording of `call`, one of its
  /// own, and whether there is one.
  static func noteRecording(
    of call: CallID, isThere: Bool, _ caller: Caller, _ transaction: Transaction
  ) async throws {
    let outcome = isThere ? StatusCode.ok : .notFound
    try await transaction.execute(entry(call.text, caller, .recording, outcome, WallClock.now))
  }

  /// Notes in the caller's transaction, the system's, that `reader` of the operator's reads what is held
  /// of a call.
  static func noteHeld(
    _ call: CallID, of merchant: MerchantID, by reader: String, for reason: String,
    hearsSound: Bool, _ transaction: Transaction
  ) async throws {
    let all: [What] = hearsSound ? [.held, .heldRecording] : [.held]
    for what in all {
      try await transaction.execute(
        """
        INSERT INTO call_access (merchant_id, call_id, principal, what, outcome, time, reason)
        VALUES (\(merchant.text), \(call.text), \(reader), \(what),
          \(StatusCode.ok.description), \(WallClock.now), \(reason))
        """)
    }
  }

  /// Notes that `caller` is about to be sent lines of the transcript of `call`, one of its own.
  /// What cannot be written is logged: the call is read all the same.
  func noteTranscript(of call: String, _ caller: Caller, _ what: What) async {
    let time = now()
    let reading = Reading(
      call: call, principal: caller.principal, what: what, hour: time.seconds / 3_600)
    guard !written.withLock({ $0.contains(reading) }) else { return }
    do {
      try await pool.autocommit(.merchant(caller.merchant.text)).execute(
        Self.entry(call, caller, what, .ok, time))
      remember(reading)
    } catch {
      Log("calls").warning(
        "who reads a call was not written down",
        [
          "call_id": "\(call)", "principal": "\(caller.principal)", "what": "\(what.rawValue)",
          "error": "\(error)",
        ])
    }
  }

  private func remember(_ reading: Reading) {
    written.withLock { written in
      if written.count >= Self.capacity { written.removeAll(keepingCapacity: true) }
      written.insert(reading)
    }
  }

  private static func entry(
    _ call: String, _ caller: Caller, _ what: What, _ outcome: StatusCode, _ time: Moment
  ) -> Query {
    """
    INSERT INTO call_access (merchant_id, call_id, principal, what, outcome, time)
    VALUES (\(caller.merchant.text), \(call), \(caller.principal), \(what),
      \(outcome.description), \(time))
    ON CONFLICT DO NOTHING
    """
  }
}
