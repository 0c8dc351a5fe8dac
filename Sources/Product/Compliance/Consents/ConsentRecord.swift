internal import Domain
internal import Postgres
internal import Protobuf
internal import VoiceAPI

/// A consent as its row holds it.
struct ConsentRecord: Sendable {
  let id: ConsentID
  /// `nil` when the person was erased.
  let phoneNumber: PhoneNumber?
  let terms: ConsentTerms
  let statement: String
  let evidence: String
  /// Of its digests in the audit log; `nil` when the person was erased.
  let salt: [UInt8]?

  static let columns: Query = """
    consent_id, phone_number, basis, purposes, statement, evidence, grant_time, expire_time,
    create_time, withdraw_time, salt
    """

  init(_ row: Row) throws {
    guard let id = ConsentID(try row.decode("consent_id", as: String.self)) else {
      throw PostgresError(.invalidValue, "a consent's row has an id of another kind")
    }
    self.id = id
    phoneNumber = try row.decode("phone_number", as: String?.self).flatMap(PhoneNumber.init)
    terms = try ConsentTerms(row)
    statement = try row.decode("statement")
    evidence = try row.decode("evidence")
    salt = try row.decode("salt", as: [UInt8]?.self)
  }

  /// As the API shows it at `now`.
  func proto(at now: Moment) -> Payaid.Voice.V1.Consent {
    .with {
      $0.consentId = id.text
      $0.phoneNumber = phoneNumber?.e164 ?? ""
      $0.basis = terms.basis
      $0.purposes = terms.purposes
      $0.statement = statement
      $0.evidence = evidence
      $0.grantTime = terms.grantTime.timestamp
      $0.expireTime = ConsentClock.expiry(of: terms)?.timestamp
      $0.state = ConsentClock.state(of: terms, at: now)
      $0.withdrawTime = terms.withdrawTime?.timestamp
    }
  }
}

extension ConsentTerms {
  /// What a row of these columns says.
  static let columns: Query =
    "basis, purposes, grant_time, expire_time, create_time, withdraw_time"

  init(_ row: Row) throws {
    let purposes = try row.decode("purposes", as: [String].self).compactMap(Purpose.init(name:))
    guard let basis = Basis(name: try row.decode("basis")), !purposes.isEmpty else {
      throw PostgresError(.invalidValue, "a consent's row has a basis or purposes of another kind")
    }
    self.init(
      basis: basis, purposes: purposes, grantTime: try row.decode("grant_time"),
      recordTime: try row.decode("create_time"),
      expireTime: try row.decode("expire_time", as: Moment?.self),
      withdrawTime: try row.decode("withdraw_time", as: Moment?.self))
  }
}
