internal import Buffers
internal import Domain
package import Jobs
package import Postgres
internal import TLS

/// A snapshot whose numbers are being brought, and how these are digested.
package struct OpenScrub: Sendable {
  package let id: Int64
  fileprivate let digestKey: [UInt8]
  /// All of it was brought before.
  package let isReady: Bool

  fileprivate func digest(_ number: PhoneNumber) -> [UInt8] {
    Digest.hmacSHA256(key: digestKey, Array(number.e164.utf8))
  }
}

/// All SQL of scrubs. They are nobody's, so that every transaction sees them.
package enum ScrubStore {
  /// Numbers that one transaction brings at most.
  package static let batch = 50_000

  /// The snapshot that has all of this file and holds, else a new one. One that was begun and not finished counts
  /// no more: nobody knows what it was given.
  package static func begin(
    _ scrub: ScrubSnapshot, file: [UInt8], lines: Int, _ transaction: Transaction
  ) async throws -> OpenScrub {
    try await transaction.execute("LOCK TABLE dnd_snapshots IN SHARE ROW EXCLUSIVE MODE")
    let same: Query = """
      file_digest = \(file) AND operator = \(scrub.operatorName)
        AND polarity = \(scrub.polarity.rawValue) AND is_complete = \(scrub.isComplete)
        AND scrub_time = \(scrub.time) AND expire_time > now()
      """
    try await transaction.execute(
      "UPDATE dnd_snapshots SET expire_time = now() WHERE \(same) AND ready_time IS NULL")
    let found = try await transaction.query(
      """
      SELECT snapshot_id, digest_key, true AS is_ready FROM dnd_snapshots
      WHERE \(same) AND ready_time IS NOT NULL
      """)
    let rows =
      try await found.isEmpty
      ? transaction.query(
        """
        INSERT INTO dnd_snapshots (operator, polarity, is_complete, file_digest, line_count, importer,
          digest_key, scrub_time, expire_time)
        VALUES (\(scrub.operatorName), \(scrub.polarity.rawValue), \(scrub.isComplete), \(file),
          \(Int64(lines)), \(scrub.importer), \(RandomBytes.generate(32)), \(scrub.time),
          \(scrub.expireTime))
        RETURNING snapshot_id, digest_key, false AS is_ready
        """) : found
    return OpenScrub(
      id: try rows[0].decode("snapshot_id"), digestKey: try rows[0].decode("digest_key"),
      isReady: try rows[0].decode("is_ready"))
  }

  /// Brings numbers, at most `batch`; of one that comes again all that is blocked counts.
  package static func add(
    _ numbers: [ScrubbedNumber], to scrub: OpenScrub, _ transaction: Transaction
  ) async throws {
    let digests = numbers.flatMap { scrub.digest($0.number) }
    let blocked = numbers.map { UInt8($0.blocked.rawValue) }
    try await transaction.execute(
      """
      INSERT INTO dnd_numbers (snapshot_id, number_digest, blocked)
      SELECT \(scrub.id), substr(\(digests)::bytea, n * 32 + 1, 32) AS digest,
        bit_or(get_byte(\(blocked)::bytea, n))
      FROM generate_series(0, \(numbers.count - 1)::integer) AS n GROUP BY digest ORDER BY digest
      ON CONFLICT (snapshot_id, number_digest) DO UPDATE
        SET blocked = dnd_numbers.blocked | excluded.blocked
      """)
  }

  /// Lets a snapshot count, all of which is there now; false when it holds no more.
  package static func finish(_ scrub: OpenScrub, _ transaction: Transaction) async throws -> Bool {
    try await transaction.execute(
      """
      UPDATE dnd_snapshots SET ready_time = coalesce(ready_time, now())
      WHERE snapshot_id = \(scrub.id) AND expire_time > now()
      """) == 1
  }

  /// Lets a snapshot count no more; false when none holds that has this id.
  package static func withdraw(_ id: Int64, _ transaction: Transaction) async throws -> Bool {
    try await transaction.execute(
      """
      UPDATE dnd_snapshots SET expire_time = now()
      WHERE snapshot_id = \(id) AND expire_time > now()
      """) == 1
  }

  /// The snapshots that hold, a line each, the newest first.
  package static func listed(_ transaction: Transaction) async throws -> [String] {
    let rows = try await transaction.query(
      """
      SELECT format('%s  %s of %s, %s %s%s%s', snapshot_id, operator,
        to_char(scrub_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), line_count, polarity,
        CASE WHEN is_complete THEN ', complete' ELSE '' END,
        CASE WHEN ready_time IS NULL THEN ', not all of it is here' ELSE '' END) AS line
      FROM dnd_snapshots WHERE expire_time > now() ORDER BY snapshot_id DESC
      """)
    return try rows.map { try $0.decode("line", as: String.self) }
  }

  /// What each snapshot that holds at `now` says of a number.
  static func findings(
    _ number: PhoneNumber, at now: Moment, _ transaction: Transaction
  ) async throws -> [ScrubFinding] {
    let snapshots = try await transaction.query(
      """
      SELECT snapshot_id, digest_key, operator, scrub_time, is_complete FROM dnd_snapshots
      WHERE ready_time IS NOT NULL AND scrub_time <= \(now) AND expire_time > \(now)
      """)
    guard !snapshots.isEmpty else { return [] }
    let scrubs = try snapshots.map { row in
      OpenScrub(
        id: try row.decode("snapshot_id"), digestKey: try row.decode("digest_key"), isReady: true)
    }
    let digests = scrubs.map { Hex.encode($0.digest(number)) }
    let said = try await transaction.query(
      """
      SELECT blocked::integer FROM unnest(\(scrubs.map(\.id))::bigint[], \(digests)::text[])
        WITH ORDINALITY AS wanted (id, digest, place)
      LEFT JOIN dnd_numbers ON snapshot_id = id AND number_digest = decode(digest, 'hex')
      ORDER BY place
      """)
    return try zip(snapshots, said).map { row, said in
      ScrubFinding(
        operatorName: try row.decode("operator"), time: try row.decode("scrub_time"),
        isComplete: try row.decode("is_complete"),
        blocked: try said.decode("blocked", as: Int32?.self).map {
          DoNotDisturbCategories(rawValue: Int16($0))
        })
    }
  }

  /// Deletes what holds no more, snapshot by snapshot, first the numbers.
  package static let retention = Retention("compliance.dnd-snapshots") { transaction in
    var total = 0
    while total < Retention.batch,
      let count = try await deleteLapsed(limit: Retention.batch - total, transaction)
    {
      total += count
    }
    return total
  }

  /// Deletes numbers of a snapshot that holds no more, and it behind the last; how many. `nil` when there is none.
  private static func deleteLapsed(
    limit: Int, _ transaction: Transaction
  ) async throws -> Int? {
    let lapsed = try await transaction.query(
      """
      SELECT snapshot_id FROM dnd_snapshots WHERE expire_time < now()
      ORDER BY snapshot_id LIMIT 1 FOR UPDATE SKIP LOCKED
      """
    ).first?.decode("snapshot_id", as: Int64.self)
    guard let lapsed else { return nil }
    let count = try await transaction.execute(
      """
      DELETE FROM dnd_numbers WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM dnd_numbers WHERE snapshot_id = \(lapsed)
        ORDER BY number_digest LIMIT \(limit)))
      """)
    if count < limit {
      try await transaction.execute("DELETE FROM dnd_snapshots WHERE snapshot_id = \(lapsed)")
    }
    return count
  }
}
