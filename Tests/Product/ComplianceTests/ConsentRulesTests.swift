import Domain
import Protobuf
import RPCCore
import Schema
import Testing
import VoiceAPI

@testable import Compliance

@Suite struct ConsentRulesTests {
  typealias V1 = Payaid.Voice.V1

  private static let now = Moment(seconds: 1_790_000_000)

  private static func good(_ change: (inout V1.Consent) -> Void = { _ in }) -> V1.Consent {
    var consent = V1.Consent.with {
      $0.phoneNumber = "+919876500001"
      $0.basis = .explicit
      $0.purposes = [.promotional, .serviceExplicit]
      $0.statement = "I agree to be called about offers."
      $0.evidence = "https://shop.example.in/forms/7"
      $0.grantTime = (now - .seconds(60)).timestamp
    }
    change(&consent)
    return consent
  }

  private func fields(_ consent: V1.Consent) throws -> [String] {
    do {
      _ = try ConsentRules.checked(consent, at: Self.now)
      return []
    } catch let error as RPCError {
      #expect(error.code == .invalidArgument)
      let detail = try #require(error.details.first)
      return try Google.Rpc.BadRequest(serializedBytes: detail.value).fieldViolations.map(\.field)
    }
  }

  @Test func `a whole consent is taken as it stands`() throws {
    let checked = try ConsentRules.checked(Self.good(), at: Self.now)
    #expect(checked.number.e164 == "+919876500001")
    #expect(checked.terms.purposes == [.promotional, .serviceExplicit])
    #expect(checked.terms.grantTime == Self.now - .seconds(60))
    #expect(checked.terms.recordTime == Self.now)
    #expect(checked.terms.expireTime == nil)
  }

  @Test func `an empty consent names every field that it lacks`() throws {
    #expect(
      try fields(V1.Consent()) == [
        "consent.phoneNumber", "consent.basis", "consent.purposes", "consent.grantTime",
      ])
  }

  @Test func `what only the server says is not looked at`() throws {
    let consent = Self.good {
      $0.consentId = "con_nonsense"
      $0.state = .withdrawn
      $0.withdrawTime = Google.Protobuf.Timestamp.with { $0.seconds = .max }
    }
    #expect(try fields(consent).isEmpty)
  }

  @Test(arguments: [
    "", "9876500001", "+91987650000", "+14155550100", "+910876500001", "+911800110000",
    "+911401234567", "+911600123456", "+91 98765 00001", "+919876500001\u{0}",
  ])
  func `a number that cannot be dialled is refused`(number: String) throws {
    #expect(try fields(Self.good { $0.phoneNumber = number }) == ["consent.phoneNumber"])
  }

  @Test(
    arguments: [
      ([], .explicit, ["consent.purposes"]),
      ([.unspecified], .explicit, ["consent.purposes[0]"]),
      ([.service, .unrecognized(77)], .explicit, ["consent.purposes[1]"]),
      ([.service, .service], .explicit, ["consent.purposes"]),
      ([.recovery], .explicit, ["consent.purposes[0]"]),
      ([.service, .promotional], .inferred, ["consent.purposes[1]"]),
      ([.serviceExplicit], .inferred, ["consent.purposes[0]"]),
      ([.transactional, .service], .inferred, []),
      ([.transactional, .service, .serviceExplicit, .promotional], .enquiry, []),
    ] as [([V1.CallPurpose], V1.Consent.Basis, [String])])
  func `purposes are named once, and fit the basis`(
    purposes: [V1.CallPurpose], basis: V1.Consent.Basis, wrong: [String]
  ) throws {
    let consent = Self.good {
      $0.purposes = purposes
      $0.basis = basis
    }
    #expect(try fields(consent) == wrong)
  }

  @Test(
    arguments: [
      (300, []), (301, ["consent.grantTime"]), (-3_653 * 86_400, []),
      (-3_653 * 86_400 - 1, ["consent.grantTime"]),
    ] as [(Int64, [String])])
  func `a consent was given in the last ten years`(seconds: Int64, wrong: [String]) throws {
    let time = (Self.now + .seconds(seconds)).timestamp
    #expect(try fields(Self.good { $0.grantTime = time }) == wrong)
  }

  @Test(
    arguments: [
      (.max, 0), (.min, 0), (253_402_300_800, 0), (0, -1), (0, 1_000_000_000),
    ] as [(Int64, Int32)])
  func `a time that no calendar has is refused`(seconds: Int64, nanos: Int32) throws {
    let time = Google.Protobuf.Timestamp.with {
      $0.seconds = seconds
      $0.nanos = nanos
    }
    #expect(try fields(Self.good { $0.grantTime = time }) == ["consent.grantTime"])
    #expect(try fields(Self.good { $0.expireTime = time }) == ["consent.expireTime"])
    var violations = FieldViolations()
    _ = ConsentRules.checkTime(time, at: Self.now, &violations)
    #expect(throws: RPCError.self) { try violations.throwIfAny() }
  }

  @Test(
    arguments: [
      (-61, ["consent.expireTime"]), (-60, ["consent.expireTime"]), (-59, []),
    ] as [(Int64, [String])])
  func `a consent ends after it begins`(seconds: Int64, wrong: [String]) throws {
    let time = (Self.now + .seconds(seconds)).timestamp
    #expect(try fields(Self.good { $0.expireTime = time }) == wrong)
  }

  @Test(
    arguments: [
      (4_000, 2_048, []), (4_001, 2_048, ["consent.statement"]),
      (0, 2_049, ["consent.evidence"]),
    ] as [(Int, Int, [String])])
  func `texts have limits in code points`(
    statement: Int, evidence: Int, wrong: [String]
  ) throws {
    let consent = Self.good {
      $0.statement = String(repeating: "नि", count: statement / 2) + (statement % 2 == 1 ? "x" : "")
      $0.evidence = String(repeating: "x", count: evidence)
    }
    #expect(try fields(consent) == wrong)
  }

  @Test(
    arguments: [
      (-300, true), (-301, false), (0, true), (366 * 86_400, true), (366 * 86_400 + 1, false),
    ] as [(Int64, Bool)])
  func `the gate is asked about now and the year to come`(seconds: Int64, passes: Bool) {
    var violations = FieldViolations()
    let time = Self.now + .seconds(seconds)
    #expect(ConsentRules.checkTime(time.timestamp, at: Self.now, &violations) == time)
    #expect(((try? violations.throwIfAny()) != nil) == passes)
  }
}
