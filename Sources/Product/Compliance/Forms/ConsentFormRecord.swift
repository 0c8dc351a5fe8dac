internal import Domain
internal import Postgres
internal import Protobuf
internal import VoiceAPI

/// A consent form as its row holds it, with the consent that was given on it.
struct ConsentFormRecord: Sendable {
  typealias State = Payaid.Voice.V1.ConsentForm.State
  typealias Purpose = Payaid.Voice.V1.CallPurpose

  /// What a form asks, and of whom.
  struct Question: Sendable {
    let phoneNumber: PhoneNumber
    let purposes: [Purpose]
    /// `nil` for the person's own choice.
    let language: FormLanguage?
    let offering: String
    /// Empty for the merchant's e-mail address.
    let contact: String
    let consentDays: Int
  }

  /// What the person said.
  struct Answer: Sendable {
    let time: Moment
    let notice: String
    /// What was given; `nil` for no.
    let consent: (id: ConsentID, terms: ConsentTerms)?
  }

  let id: ConsentFormID
  let merchant: MerchantID
  let question: Question
  let createTime: Moment
  let expireTime: Moment
  let answer: Answer?

  /// Where it stands at `now`.
  func state(at now: Moment) -> State {
    guard let answer else { return now < expireTime ? .pending : .expired }
    guard let consent = answer.consent else { return .refused }
    return switch ConsentClock.state(of: consent.terms, at: now) {
    case .active: .given
    case .withdrawn: .withdrawn
    default: .expired
    }
  }

  /// Whether the link shows it at `now`: while it can be answered, and an answer for as long as it
  /// would hold.
  func isShown(at now: Moment) -> Bool {
    let end = (answer?.consent?.terms).map { ConsentClock.expiry(of: $0) } ?? expireTime
    return end.map { now < $0 } ?? true
  }

  /// As the API shows it at `now`.
  func proto(at now: Moment) -> Payaid.Voice.V1.ConsentForm {
    .with {
      $0.consentFormId = id.text
      $0.phoneNumber = question.phoneNumber.e164
      $0.purposes = question.purposes
      $0.language = question.language?.rawValue ?? ""
      $0.offering = question.offering
      $0.contact = question.contact
      $0.consentLifetime = Duration.seconds(question.consentDays * 86_400).protobuf
      $0.state = state(at: now)
      $0.createTime = createTime.timestamp
      $0.expireTime = expireTime.timestamp
      $0.answerTime = answer?.time.timestamp
      $0.consentId = answer?.consent?.id.text ?? ""
    }
  }
}

extension ConsentFormRecord {
  /// Of `consent_forms f LEFT JOIN consents c`.
  static let columns: Query = """
    f.consent_form_id, f.merchant_id, f.phone_number, f.purposes AS asked, f.language, f.offering,
    f.contact, f.consent_days, f.create_time AS form_time, f.expire_time AS form_end,
    f.answer_time, f.notice, f.consent_id, c.basis, c.purposes, c.grant_time, c.expire_time,
    c.create_time, c.withdraw_time
    """

  init(_ row: Row) throws {
    guard let id = ConsentFormID(try row.decode("consent_form_id", as: String.self)),
      let merchant = MerchantID(try row.decode("merchant_id", as: String.self))
    else { throw PostgresError(.invalidValue, "a consent form's row has ids of another kind") }
    self.id = id
    self.merchant = merchant
    question = try Question(row)
    createTime = try row.decode("form_time")
    expireTime = try row.decode("form_end")
    answer = try row.decode("answer_time", as: Moment?.self).map { try Answer(row, at: $0) }
  }
}

extension ConsentFormRecord.Question {
  fileprivate init(_ row: Row) throws {
    guard let number = PhoneNumber(try row.decode("phone_number", as: String.self)) else {
      throw PostgresError(.invalidValue, "a consent form's row has a number of another kind")
    }
    phoneNumber = number
    purposes = try row.decode("asked", as: [String].self)
      .compactMap(ConsentFormRecord.Purpose.init(name:))
    language = FormLanguage(rawValue: try row.decode("language"))
    offering = try row.decode("offering")
    contact = try row.decode("contact")
    consentDays = try row.decode("consent_days")
  }
}

extension ConsentFormRecord.Answer {
  fileprivate init(_ row: Row, at time: Moment) throws {
    self.time = time
    notice = try row.decode("notice")
    consent = try row.decode("consent_id", as: String?.self).flatMap(ConsentID.init).map {
      ($0, try ConsentTerms(row))
    }
  }
}
