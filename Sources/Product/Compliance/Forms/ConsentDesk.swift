internal import Buffers
package import Domain
internal import HTTP
package import Postgres
internal import Protobuf
internal import RPCCore
internal import Telemetry
internal import VoiceAPI

/// Answers people who open the link of a consent form. They need no login: the link is their proof.
package struct ConsentDesk: Sendable {
  private typealias Form = ConsentFormRecord

  private let pool: PostgresPool
  private let numbers: NumberSeal
  private let now: @Sendable () -> Moment

  package init(
    pool: PostgresPool, numbers: NumberSeal,
    now: @escaping @Sendable () -> Moment = { WallClock.now }
  ) {
    self.pool = pool
    self.numbers = numbers
    self.now = now
  }

  /// What a visit leads to; always a page that a person can read.
  package func reply(to visit: ConsentVisit) async -> ConsentReply {
    do {
      guard let (form, asker) = try await find(visit.token) else { return .noForm }
      let language = FormLanguage(
        chosen: visit.language, by: form.question.language,
        accepted: visit.headers["accept-language"] ?? "")
      guard visit.isAnswer else { return page(form, asker, language) }
      return try await answer(visit, form, asker, language)
    } catch {
      Log("consents").error("a consent form was not served", ["error": "\(error)"])
      return ConsentReply(.serviceUnavailable, ConsentPage.problem(.trouble))
    }
  }

  /// The form of a link that can be shown, and who asks.
  private func find(_ token: String) async throws -> (Form, ConsentAsker)? {
    guard let token = ConsentToken(token),
      let (form, asker) = try await ConsentFormStore.find(
        tokenHash: token.hash, pool.autocommit(.system)),
      form.isShown(at: now()),
      // Nobody is asked for a merchant that may not call; what was given can always be taken back.
      asker.isActive || form.answer != nil
    else { return nil }
    return (form, asker)
  }

  /// The page as the form stands.
  private func page(
    _ form: Form, _ asker: ConsentAsker, _ language: FormLanguage
  ) -> ConsentReply {
    let page: HTML
    if let answer = form.answer {
      page = Self.page(of: answer, form, asker, language)
    } else {
      page = ConsentPage.asking(ConsentNotice(form, by: asker, in: language), problem: nil)
    }
    return ConsentReply(.ok, page, language)
  }

  private static func page(
    of answer: Form.Answer, _ form: Form, _ asker: ConsentAsker, _ language: FormLanguage
  ) -> HTML {
    guard let terms = answer.consent?.terms else {
      return ConsentPage.refused(at: answer.time, form, asker, language)
    }
    if let time = terms.withdrawTime {
      return ConsentPage.withdrawn(at: time, form, from: asker, language)
    }
    return ConsentPage.given(terms, on: form, to: asker, language)
  }

  private func answer(
    _ visit: ConsentVisit, _ form: Form, _ asker: ConsentAsker, _ language: FormLanguage
  ) async throws -> ConsentReply {
    do {
      let answer = try ConsentAnswer(
        visit.body, contentType: visit.headers["content-type"] ?? "",
        asked: form.question.purposes)
      return try await take(answer, visit, form, asker)
    } catch let refusal as ConsentAnswer.Refusal {
      guard refusal == .nothingTicked, form.answer == nil else {
        return ConsentReply(refusal.status, ConsentPage.problem(.malformed))
      }
      return again(form, asker, language, .nothingTicked, .unprocessableContent)
    } catch let error as RPCError where error.code == .failedPrecondition {
      return ConsentReply(.conflict, ConsentPage.problem(.cooling))
    }
  }

  /// Does what was asked, and leads back to the page. An answer to a form that has one changes nothing:
  /// the page tells what holds.
  private func take(
    _ answer: ConsentAnswer, _ visit: ConsentVisit, _ form: Form, _ asker: ConsentAsker
  ) async throws -> ConsentReply {
    if answer.choice == .withdraw {
      try await withdraw(form)
    } else if form.answer == nil {
      let notice = ConsentNotice(form, by: asker, in: answer.language)
      guard notice.digest == answer.notice else {
        return again(form, asker, answer.language, .changed, .conflict)
      }
      try await note(answer, notice, visit, form)
    }
    return ConsentReply(seeOther: answer.language)
  }

  /// The form once more, with what was wrong.
  private func again(
    _ form: Form, _ asker: ConsentAsker, _ language: FormLanguage, _ problem: ConsentProblem,
    _ status: HTTPStatus
  ) -> ConsentReply {
    let notice = ConsentNotice(form, by: asker, in: language)
    return ConsentReply(status, ConsentPage.asking(notice, problem: problem), language)
  }

  /// Notes an answer, in one transaction with what follows from it, unless another came first.
  private func note(
    _ answer: ConsentAnswer, _ notice: ConsentNotice, _ visit: ConsentVisit, _ form: Form
  ) async throws {
    try await pool.transaction(tenant: .merchant(form.merchant.text)) { transaction in
      guard let form = try await ConsentFormStore.lock(form.id, transaction),
        form.state(at: now()) == .pending
      else { return }
      let time = now()
      var given: ConsentID?
      if case .allow(let purposes) = answer.choice {
        let consent = Self.consent(to: purposes, on: form, notice, visit, at: time)
        given = try await book(of: form).record(
          consent, of: form.question.phoneNumber, transaction
        ).id
      } else {
        try await ConsentFormNews.refused(form, notice: notice.digest, transaction)
      }
      try await ConsentFormStore.answer(
        form.id, at: time, notice: notice.text, consent: given, transaction)
    }
  }

  /// Takes back what was given on a form; nothing happens where nothing is left to take back.
  private func withdraw(_ form: Form) async throws {
    guard let consent = form.answer?.consent else { return }
    try await pool.transaction(tenant: .merchant(form.merchant.text)) { transaction in
      _ = try await book(of: form).withdraw(
        consent.id, of: form.question.phoneNumber, transaction)
    }
  }

  /// Where the person's consents to calls of this merchant's are recorded, in the name of the form.
  private func book(of form: Form) -> ConsentBook {
    ConsentBook(
      merchant: form.merchant, actor: form.id.text, numbers: numbers, now: now)
  }

  /// The consent that a person gives who ticks `purposes`, with the proof of it.
  private static func consent(
    to purposes: [Form.Purpose], on form: Form, _ notice: ConsentNotice, _ visit: ConsentVisit,
    at now: Moment
  ) -> Payaid.Voice.V1.Consent {
    .with {
      $0.phoneNumber = form.question.phoneNumber.e164
      $0.basis = .explicit
      $0.purposes = purposes
      $0.statement = notice.statement(purposes)
      $0.evidence = evidence(form, notice, visit, at: now)
      $0.grantTime = now.timestamp
      $0.expireTime = (now + .seconds(form.question.consentDays * 86_400)).timestamp
    }
  }

  /// What shows that the person read the notice and ticked it, as JSON.
  private static func evidence(
    _ form: Form, _ notice: ConsentNotice, _ visit: ConsentVisit, at now: Moment
  ) -> String {
    var json = JSONWriter()
    json.beginObject()
    for (key, value) in [
      ("consent_form", form.id.text), ("action", "web_tick"), ("time", now.iso8601),
      ("notice_version", ConsentNotice.version), ("notice_sha256", notice.digest),
      ("language", notice.language.rawValue),
      ("languages_offered", FormLanguage.allCases.map(\.rawValue).joined(separator: " ")),
      ("network", visit.network ?? ""), ("browser", visit.browser),
    ] {
      json.key(key)
      json.string(value)
    }
    json.endObject()
    return String(decoding: json.bytes, as: UTF8.self)
  }
}

extension ConsentAnswer.Refusal {
  fileprivate var status: HTTPStatus {
    switch self {
    case .mediaType: .unsupportedMediaType
    case .tooLarge: .contentTooLarge
    case .malformed: .badRequest
    case .nothingTicked: .unprocessableContent
    }
  }
}
