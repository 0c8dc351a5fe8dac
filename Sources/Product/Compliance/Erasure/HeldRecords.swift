internal import Buffers
package import Domain
package import Postgres

/// A call that a rule keeps although its person was erased.
package struct HeldRecord: Sendable {
  package let call: CallID
  package let merchant: MerchantID
  package let erasure: ErasureID
  package let rule: String
  /// When it goes.
  package let until: Moment
  let numberSealed: [UInt8]

  /// The instrument that the rule comes from.
  package var source: String { KeepingRules.source(of: rule) }

  static let columns: Query = "merchant_id, erasure_id, call_id, number_sealed, rule, keep_until"

  init(_ row: Row) throws {
    guard let call = CallID(try row.decode("call_id", as: String.self)),
      let merchant = MerchantID(try row.decode("merchant_id", as: String.self)),
      let erasure = ErasureID(try row.decode("erasure_id", as: String.self))
    else { throw PostgresError(.invalidValue, "a held record's row has values of another kind") }
    self.call = call
    self.merchant = merchant
    self.erasure = erasure
    rule = try row.decode("rule")
    until = try row.decode("keep_until")
    numberSealed = try row.decode("number_sealed")
  }
}

/// Who of the operator's reads a held record, and why.
package struct HeldReading: Sendable {
  /// An address.
  package let reader: String
  /// For which order or request; it names no person.
  package let reason: String
  /// Whether the sound is read, too.
  package let hearsSound: Bool

  package init(by reader: String, for reason: String, hearsSound: Bool) {
    self.reader = reader
    self.reason = reason
    self.hearsSound = hearsSound
  }
}

/// What the law keeps of erased people, for those of the operator's who have to produce it. All
/// transactions are the system's.
package struct HeldRecords: Sendable {
  private let numbers: NumberSeal

  package init(numbers: NumberSeal) { self.numbers = numbers }

  /// Those after a record, in no order that means anything; at most `limit`.
  package static func page(
    after last: HeldRecord?, limit: Int, _ transaction: Transaction
  ) async throws -> [HeldRecord] {
    try await transaction.query(
      """
      SELECT \(HeldRecord.columns) FROM erasure_holds
      WHERE (erasure_id, call_id) > (\(last?.erasure.text ?? ""), \(last?.call.text ?? ""))
      ORDER BY erasure_id, call_id LIMIT \(limit)
      """
    ).map(HeldRecord.init)
  }

  /// What is held of a call, locked against its release; `nil` when that is nothing.
  package static func lock(
    _ call: CallID, _ transaction: Transaction
  ) async throws -> HeldRecord? {
    try await transaction.query(
      "SELECT \(HeldRecord.columns) FROM erasure_holds WHERE call_id = \(call.text) FOR SHARE"
    ).first.map(HeldRecord.init)
  }

  /// Leaves in the merchant's audit log that a record is read. It goes with the record, but for the
  /// entry itself, which names nobody.
  package static func note(
    _ reading: HeldReading, of record: HeldRecord, _ transaction: Transaction
  ) async throws {
    try await AuditLog.append(
      kind: "held.read", subject: record.call.text, actor: "operator", merchant: record.merchant,
      transaction
    ) { _ in
      .object([
        "by": .string(reading.reader), "erasure": .string(record.erasure.text),
        "reason": .string(reading.reason), "rule": .string(record.rule),
        "sound": .string(reading.hearsSound ? "yes" : "no"),
      ])
    }
  }

  /// The number of the person that the call was with.
  package func number(of record: HeldRecord) throws -> PhoneNumber? {
    try numbers.open(record.numberSealed, in: record.erasure)
  }
}
