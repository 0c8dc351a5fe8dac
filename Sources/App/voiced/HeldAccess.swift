internal import Calls
internal import Compliance
internal import Configuration
internal import Domain
internal import EventLoop
internal import Postgres
internal import VoiceAPI

/// The database, keys and objects of a server, for one command that reads what is held.
struct HeldAccess: Sendable {
  private let pool: PostgresPool
  private let records: HeldRecords
  private let calls: HeldCalls

  /// Runs `body` with what the settings name. Nothing is made that is not there.
  static func open(
    _ sources: SettingSources, _ body: @Sendable (HeldAccess) async throws -> Void
  ) async throws {
    let current = CurrentSettings(try await LoadedSettings.load(sources), from: sources)
    guard let url = current.value.databaseURL else {
      throw SettingsError("DATABASE_URL is needed; voiced prints it when it is ready")
    }
    let loop = EventLoop.start(name: "held")
    let pool = PostgresPool(loops: [loop], configuration: PostgresConfiguration(url: url))
    do {
      try await body(try await HeldAccess(current, pool, loop))
      await pool.close()
      await loop.stop()
    } catch {
      await pool.close()
      await loop.stop()
      throw error
    }
  }

  private init(_ current: CurrentSettings, _ pool: PostgresPool, _ loop: EventLoop) async throws {
    let ring = try await MasterKeys.open(current, pool, on: loop, makesFirst: false).ring
    self.pool = pool
    records = HeldRecords(numbers: NumberSeal(DataSeal(ring, "erased-numbers")))
    let folder = current.value.dataDirectory
    let settings = CallSettings(
      owner: "held", streamBase: { "" }, callbackBase: { "" },
      streamTokenKeys: ring.keys("stream-tokens"), recordingMasterKeys: ring.keys("recordings"),
      spoolDirectory: folder + "/spool")
    calls = HeldCalls(
      recordings: Recordings(
        store: try await KeptObjects.open(current, on: loop), settings: settings))
  }

  /// Runs `body` in a transaction that sees every merchant.
  func transaction<Result: Sendable>(
    _ body: @Sendable (Transaction) async throws -> Result
  ) async throws -> Result {
    try await pool.transaction(tenant: .system, body)
  }

  /// What is held of a call, as a line, and its recording. Who reads it and why is written down, and
  /// committed, before this returns.
  func read(_ id: CallID, _ reading: HeldReading) async throws -> (String, HeldSound?) {
    try await transaction { transaction in
      guard let record = try await HeldRecords.lock(id, transaction),
        var call = try await HeldCalls.find(id, transaction)
      else { throw SettingsError("nothing is held of this call") }
      let decision = OperatorDecision(by: reading.reader)
      guard try await !decision.isOwn(of: record.merchant, transaction) else {
        throw SettingsError("the reader belongs to this merchant; somebody else must read it")
      }
      try await HeldRecords.note(reading, of: record, transaction)
      try await HeldCalls.note(
        id, of: record.merchant, by: reading.reader, for: reading.reason,
        hearsSound: reading.hearsSound, transaction)
      call.phoneNumber = try records.number(of: record)?.e164 ?? ""
      let sound = reading.hearsSound ? try await calls.sound(of: id, transaction) : nil
      return (try HeldOutput.line(record, call: call), sound)
    }
  }
}
