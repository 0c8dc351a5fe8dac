internal import Domain
internal import Postgres
internal import Protobuf
internal import VoiceAPI

/// Why a number is on a merchant's own do-not-call list.
enum SuppressionReason: String, Sendable, CaseIterable {
  case optOut = "opt_out"
  case complaint, legal, other
}

/// An entry of a merchant's own do-not-call list as its row holds it.
struct SuppressionRecord: Sendable {
  let id: SuppressionID
  let phoneNumber: PhoneNumber
  let reason: SuppressionReason
  let createTime: Moment
  /// When the person last opted out, whatever the number was first listed for.
  let optOutTime: Moment?
  /// Of the number's digest in the audit log; entries of before have none.
  let salt: [UInt8]?

  static let columns: Query = """
    suppression_id, phone_number, reason, create_time, salt,
    coalesce(opt_out_time, CASE WHEN reason = 'opt_out' THEN create_time END) AS opt_out_time
    """

  init(_ row: Row) throws {
    guard let id = SuppressionID(try row.decode("suppression_id", as: String.self)),
      let phoneNumber = PhoneNumber(try row.decode("phone_number", as: String.self)),
      let reason = SuppressionReason(rawValue: try row.decode("reason"))
    else { throw PostgresError(.invalidValue, "a suppression's row has values of another kind") }
    self.id = id
    self.phoneNumber = phoneNumber
    self.reason = reason
    createTime = try row.decode("create_time")
    optOutTime = try row.decode("opt_out_time", as: Moment?.self)
    salt = try row.decode("salt", as: [UInt8]?.self)
  }

  /// As the API shows it.
  var proto: Payaid.Voice.V1.Suppression {
    .with {
      $0.suppressionId = id.text
      $0.phoneNumber = phoneNumber.e164
      $0.reason = reason.rawValue
      $0.createTime = createTime.timestamp
      $0.reconsentTime = optOutTime.map { ($0 + ConsentClock.coolingTime).timestamp }
    }
  }
}
