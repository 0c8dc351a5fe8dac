import Domain
import Protobuf
import RPCCore
import Schema
import Testing
import VoiceAPI

@testable import Compliance

@Suite struct ErasureRuleTests {
  typealias V1 = Payaid.Voice.V1
  typealias Purpose = V1.CallPurpose

  private static let day = Duration.seconds(86_400)
  /// 2027-05-13 and 2027-01-01, midnight in India, in seconds.
  private static let may: Int64 = 1_810_146_600
  private static let january: Int64 = 1_798_741_800

  // MARK: What is kept

  private struct Case: Sendable {
    let now: Moment
    /// Days since the call.
    var age: Int64 = 10
    var isRecovery = false
    /// Days from now on.
    var hold: Int64?
    let rule: String?
    /// Days from now on.
    var days: Int64 = 0
  }

  private static let cases = [
    Case(now: Moment(seconds: may - 1), rule: nil),
    Case(now: Moment(seconds: may), rule: "DPDP_RULE_8_3", days: 355),
    Case(now: Moment(seconds: may), age: 364, rule: "DPDP_RULE_8_3", days: 1),
    Case(now: Moment(seconds: may), age: 365, rule: nil),
    Case(now: Moment(seconds: january - 1), isRecovery: true, rule: nil),
    Case(
      now: Moment(seconds: january), isRecovery: true, rule: "RBI_RECOVERY_RECORDING", days: 170),
    Case(now: Moment(seconds: january), age: 180, isRecovery: true, rule: nil),
    Case(now: Moment(seconds: january), rule: nil),
    Case(now: Moment(seconds: may), isRecovery: true, rule: "DPDP_RULE_8_3", days: 355),
    Case(now: Moment(seconds: january), hold: 30, rule: "LEGAL_HOLD", days: 30),
    Case(now: Moment(seconds: january), isRecovery: true, hold: 200, rule: "LEGAL_HOLD", days: 200),
    Case(now: Moment(seconds: may), hold: 30, rule: "DPDP_RULE_8_3", days: 355),
  ]

  @Test(arguments: 0..<cases.count)
  func `a call is kept by the rule that keeps it longest, from its date on`(row: Int) {
    let row = Self.cases[row]
    let kept = KeepingRules.keeping(
      KeepingRule.Input(
        now: row.now, endTime: row.now - Self.day * row.age, isRecovery: row.isRecovery,
        holdUntil: row.hold.map { row.now + Self.day * $0 }))
    #expect(kept?.rule.name == row.rule)
    #expect(kept?.until == (row.rule == nil ? nil : row.now + Self.day * row.days))
    #expect(KeepingRules.source(of: row.rule ?? "").isEmpty == (row.rule == nil))
  }

  // MARK: What comes next

  @Test(
    arguments: [
      (0, 0, 0, 0, .finish), (0, 0, 99_999, 99, .finish), (1, 0, 0, 0, .eraseCalls),
      (1, 5, 99_999, 19, .eraseCalls), (1, 0, 0, 20, .yield),
      (0, 1, 0, 0, .wait(.seconds(15))), (0, 1, 10_799, 20, .wait(.seconds(15))),
      (0, 1, 10_800, 0, .fail("calls of the number were still in progress after three hours")),
    ] as [(Int, Int, Int, Int, ErasurePlan.OnLook)])
  func `calls go first, and those in progress are waited for a while`(
    ended: Int, open: Int, running: Int, working: Int, next: ErasurePlan.OnLook
  ) {
    let look = ErasurePlan.look(
      ended: ended, open: open, running: .seconds(running), working: .seconds(working))
    #expect(look == next)
  }

  @Test func `an erasure ends once, and what ended does not begin again`() {
    let moves = ErasureState.allCases.map { from in
      "\(from): \(from.next.map(\.rawValue).sorted())"
    }
    #expect(
      moves == [
        "pending: [\"running\"]", "running: [\"done\", \"failed\"]", "done: []", "failed: []",
      ])
  }

  // MARK: What is asked for

  @Test(
    arguments: [
      ("", "", nil, ["phoneNumber"]), ("9876500001", "", nil, ["phoneNumber"]),
      ("+91987650000", "", nil, ["phoneNumber"]), ("+14155550100", "", nil, ["phoneNumber"]),
      ("+91987650000\u{0}", "", nil, ["phoneNumber"]), ("+91९876500001", "", nil, ["phoneNumber"]),
      ("+919876500001", "revenge", nil, ["reason"]),
      ("x", "y", 0, ["phoneNumber"]),
      ("+919876500001", "request", 0, ["holdUntil"]), ("+919876500001", "", 3_653, []),
      ("+919876500001", "", 3_654, ["holdUntil"]), ("+919876500001", "other", nil, []),
    ] as [(String, String, Int64?, [String])])
  func `a request says what is wrong with it, field by field`(
    number: String, reason: String, hold: Int64?, fields: [String]
  ) throws {
    let now = Moment(seconds: Self.january)
    let request = V1.CreateErasureRequest.with {
      $0.phoneNumber = number
      $0.reason = reason
      $0.holdUntil = hold.map { (now + Self.day * $0).timestamp }
    }
    do {
      let checked = try ErasureRules.checked(request, at: now)
      #expect(fields.isEmpty && checked.number.e164 == number)
    } catch let error as RPCError {
      #expect(error.code == .invalidArgument && !fields.isEmpty)
      for field in fields { #expect(error.message.contains(field), "\(error.message)") }
      #expect(number.isEmpty || number == "x" || !error.message.contains(number))
    }
  }

  // MARK: Who is called again

  private static let erased = Moment(seconds: january)

  private func isAllowed(
    _ purpose: Purpose, consent covered: Purpose?, given seconds: Int64, withdrawn: Bool = false
  ) throws -> Bool {
    let given = Self.erased + .seconds(seconds)
    let now = Self.erased + Self.day * 3 + .seconds(12 * 3_600)
    let consents = covered.map {
      [
        ConsentTerms(
          basis: .explicit, purposes: [$0], grantTime: given, recordTime: given,
          withdrawTime: withdrawn ? now : nil)
      ]
    }
    let decision = Gate.evaluate(
      GateInput(
        now: now, purpose: purpose, callee: try #require(PhoneNumber("+919876500001")),
        callerID: PhoneNumber("+918047120000"), callerIDIsOwn: true, declarations: [.always],
        merchant: .good, agentIsActive: true, language: "en",
        templates: CallTemplateTerms.good(for: purpose),
        isSuppressed: false, eraseTime: Self.erased,
        consents: consents ?? [], doNotDisturb: .test(.clear)))
    let result = try #require(decision.results.first { $0.rule == "ERASED_PERSON" })
    return result.outcome == .pass
  }

  @Test(arguments: [
    Purpose.transactional, .service, .recovery, .serviceExplicit, .promotional, .unspecified,
  ])
  func `an erased person is called only by a later consent to calls of the purpose`(
    purpose: Purpose
  ) throws {
    let covered: Purpose =
      switch purpose {
      case .unspecified: .promotional
      case .recovery: .service
      default: purpose
      }
    let other: Purpose = covered == .service ? .promotional : .service
    #expect(try !isAllowed(purpose, consent: nil, given: 1))
    #expect(try !isAllowed(purpose, consent: other, given: 1))
    #expect(try !isAllowed(purpose, consent: covered, given: -1))
    #expect(try !isAllowed(purpose, consent: covered, given: 0))
    #expect(try isAllowed(purpose, consent: covered, given: 1))
    #expect(try !isAllowed(purpose, consent: covered, given: 1, withdrawn: true))
  }
}
