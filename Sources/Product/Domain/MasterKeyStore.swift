internal import Buffers
package import Postgres

/// A master key as it lies in the database.
package struct WrappedMasterKey: Sendable, Equatable {
  package let number: Int64
  package let blob: [UInt8]
  /// The key of KMS that wraps it, as an ARN.
  package let wrappingKey: String
  /// What it was wrapped with.
  package let context: [String: String]
  package var activeTime: Moment

  package init(
    number: Int64, blob: [UInt8], wrappingKey: String, activeTime: Moment
  ) {
    self.number = number
    self.blob = blob
    self.wrappingKey = wrappingKey
    self.activeTime = activeTime
    context = Self.context(of: number)
  }

  /// What KMS binds a key to: that it is ours, and which.
  package static func context(of number: Int64) -> [String: String] {
    ["application": "payaid-voice", "purpose": "master-key", "number": "\(number)"]
  }

  init(_ row: Row) throws {
    number = try row.decode("number")
    blob = try row.decode("wrapped")
    wrappingKey = try row.decode("wrapping_key")
    activeTime = try row.decode("active_time")
    let json = try JSONValue(parsing: Array(try row.decode("context", as: String.self).utf8))
    context = (json.objectValue?.members ?? []).reduce(into: [:]) {
      $0[$1.key] = $1.value.stringValue ?? ""
    }
  }
}

/// All SQL of master keys. Every function runs in the caller's transaction, which is the system's.
package enum MasterKeyStore {
  /// Notified when there is a new key.
  package static let channel = "payaid_keys"

  /// The keys after `number`, the oldest first.
  package static func keys(
    after number: Int64 = 0, _ transaction: Transaction
  ) async throws -> [WrappedMasterKey] {
    try await transaction.query(
      """
      SELECT number, wrapped, wrapping_key, context::text AS context, active_time FROM master_keys
      WHERE number > \(number) ORDER BY number
      """
    ).map(WrappedMasterKey.init)
  }

  /// The number of the last key; nil when there is none.
  package static func newest(_ transaction: Transaction) async throws -> Int64? {
    try await transaction.query("SELECT max(number) AS number FROM master_keys")[0]
      .decode("number", as: Int64?.self)
  }

  /// Keeps a key whose number follows the last one's; false when somebody else was first.
  package static func insert(
    _ key: WrappedMasterKey, _ transaction: Transaction
  ) async throws -> Bool {
    var context = JSONWriter()
    context.value(.object(JSONObject(key.context.map { ($0.key, .string($0.value)) })))
    let rows = try await transaction.query(
      """
      WITH made AS (
        INSERT INTO master_keys (number, wrapped, wrapping_key, context, active_time)
        SELECT \(key.number), \(key.blob), \(key.wrappingKey),
          \(String(decoding: context.bytes, as: UTF8.self))::jsonb, \(key.activeTime)
        WHERE \(key.number) = coalesce((SELECT max(number) FROM master_keys), 0) + 1
        ON CONFLICT DO NOTHING RETURNING number
      ) SELECT number, pg_notify(\(channel), '') FROM made
      """)
    return !rows.isEmpty
  }

  /// Whether servers used this database with a key that is not in it.
  package static func isOrphaned(_ transaction: Transaction) async throws -> Bool {
    let rows = try await transaction.query(
      """
      SELECT EXISTS (SELECT FROM merchants) AND NOT EXISTS (SELECT FROM master_keys) AS orphaned
      """)
    return try rows[0].decode("orphaned")
  }
}
