import Compliance
import Domain
internal import HTTP
import Protobuf
import RPCCore
import Testing
import VoiceAPI

/// What a person does with a form's link, and what they get.
struct ConsentVisitor {
  typealias V1 = Payaid.Voice.V1

  let desk: ConsentDesk
  var token: String
  var language: String?
  var headers: HTTPHeaders = [
    "user-agent": "Mozilla/5.0 (Android 14) Mobile", "content-type": Self.formType,
  ]

  static let formType = "application/x-www-form-urlencoded"

  init(_ scene: ComplianceScene, _ form: V1.ConsentForm) {
    desk = scene.desk
    token = form.link.split(separator: "/").last.map(String.init) ?? ""
  }

  /// Opens the page.
  func read() async -> (status: Int, page: String) {
    let reply = await send(isAnswer: false, "")
    return (reply.status.rawValue, String(decoding: reply.body, as: UTF8.self))
  }

  /// Sends a body.
  func post(_ body: String) async -> Int {
    await send(isAnswer: true, body).status.rawValue
  }

  /// Opens the page, ticks boxes and presses a button.
  func answer(_ answer: String, _ ticked: [String] = []) async throws -> Int {
    let page = await read().page
    return await post(try Self.fields(of: page, answer, ticked))
  }

  /// What a browser sends of a page.
  static func fields(
    of page: String, _ answer: String, _ ticked: [String] = []
  ) throws -> String {
    var fields = ["answer=\(answer)"] + ticked.map { "purpose=\($0)" }
    for name in ["language", "notice"] {
      let mark = "name=\"\(name)\" value=\""
      guard let start = page.firstRange(of: mark) else { continue }
      fields.append("\(name)=\(page[start.upperBound...].prefix { $0 != "\"" })")
    }
    return fields.joined(separator: "&")
  }

  func send(isAnswer: Bool, _ body: String) async -> ConsentReply {
    await desk.reply(
      to: ConsentVisit(
        isAnswer: isAnswer, token: token, language: language, headers: headers,
        body: Array(body.utf8), network: "203.0.113.0/24"))
  }
}

extension ComplianceScene {
  /// Makes a form, changed as `change` says.
  func form(
    _ number: String = "+919876500001",
    _ purposes: [V1.CallPurpose] = [.service, .promotional], requestID: String = "",
    _ change: (inout V1.ConsentForm) -> Void = { _ in }
  ) async throws -> V1.ConsentForm {
    var form = V1.ConsentForm.with {
      $0.phoneNumber = number
      $0.purposes = purposes
    }
    change(&form)
    return try await service.createConsentForm(
      .with {
        $0.consentForm = form
        $0.requestId = requestID
      }, context())
  }

  func read(_ form: V1.ConsentForm) async throws -> V1.ConsentForm {
    try await service.getConsentForm(.with { $0.consentFormId = form.consentFormId }, context())
  }

  /// The only consent of the merchant's.
  func onlyConsent() async throws -> V1.Consent {
    let consents = try await service.listConsents(.init(), context()).consents
    return try #require(consents.count == 1 ? consents[0] : nil)
  }
}
