import Compliance
import Domain
import Testing
import VoiceAPI

/// The gate against a second, shorter statement of the same law, over the product of what matters.
@Suite struct GateProductTests {
  typealias Purpose = Payaid.Voice.V1.CallPurpose
  typealias Sector = MerchantStanding.Sector

  /// 2026-12-01, midnight in India.
  private static let midnight = IndianTime.midnight(2026, 12, 1)
  private static let numbers = [
    "": "+918047120000", "140": "+911400120000", "1600": "+911600112001", "1601": "+911601112001",
  ]
  /// From which series a sector's service calls may come; the empty one is of all other numbers.
  private static let series: [(Sector, Set<String>)] = [
    (.other, [""]), (.nbfc, ["1600"]), (.logistics, ["", "1601"]), (.publicBody, ["", "1600"]),
  ]
  /// Minutes of the day: just outside and inside of every span.
  private static let minutes = [479, 480, 599, 600, 1_129, 1_130, 1_249, 1_250]

  /// One point of the product.
  private struct World {
    var purpose: Purpose
    var series: String
    var minute: Int
    var isApproved, isKnown, isBound, hasTemplate, isDeclared: Bool
    var register: DoNotDisturbStatus
  }

  private func mayCall(_ world: World, _ allowed: Set<String>) -> Bool {
    guard world.isApproved && world.isKnown && world.isBound && world.isDeclared else {
      return false
    }
    return switch world.purpose {
    case .transactional, .service: allowed.contains(world.series)
    case .recovery: allowed.contains(world.series) && (480..<1_130).contains(world.minute)
    // Nobody consented here.
    case .serviceExplicit: false
    default:
      world.hasTemplate && world.series == "140" && world.register == .clear
        && (600..<1_250).contains(world.minute)
    }
  }

  private func worlds() -> [World] {
    var found: [World] = []
    for purpose in Purpose.all {
      for series in Self.numbers.keys {
        for minute in Self.minutes {
          for flags in 0..<32 {
            for register in [DoNotDisturbStatus.clear, .blocked, .unknown] {
              found.append(
                World(
                  purpose: purpose, series: series, minute: minute, isApproved: flags & 1 == 0,
                  isKnown: flags & 2 == 0, isBound: flags & 8 == 0, hasTemplate: flags & 16 == 0,
                  isDeclared: flags & 4 == 0,
                  register: register))
            }
          }
        }
      }
    }
    return found
  }

  @Test(arguments: series)
  func `a call is allowed where everything that its purpose asks for holds, and nowhere else`(
    sector: Sector, allowed: Set<String>
  ) throws {
    let callee = try #require(PhoneNumber("+919876500001"))
    var count = 0
    for world in worlds() {
      let merchant = MerchantStanding(
        isActive: true, check: world.isApproved ? MerchantStanding.good.check : .pending,
        hasDLTEntity: world.isKnown, chain: world.isBound ? MerchantStanding.good.chain : .unbound,
        sector: sector)
      let decision = Gate.evaluate(
        GateInput(
          now: Self.midnight + .seconds(world.minute * 60), purpose: world.purpose, callee: callee,
          callerID: PhoneNumber(Self.numbers[world.series] ?? ""), callerIDIsOwn: true,
          declarations: world.isDeclared ? [.always] : [], merchant: merchant,
          agentIsActive: true, language: "en",
          templates: world.hasTemplate
            ? CallTemplateTerms.good(for: world.purpose, sector: sector) : [],
          isSuppressed: false, consents: [], doNotDisturb: .test(world.register)))
      let mayCall = mayCall(world, allowed)
      #expect((decision.verdict == .allow) == mayCall, "\(world)")
      count += mayCall ? 1 : 0
    }
    #expect(count > 30)
  }
}
