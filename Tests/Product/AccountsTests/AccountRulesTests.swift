internal import Domain
internal import Protobuf
internal import RPCCore
import Testing
internal import VoiceAPI

@testable internal import Accounts

/// Texts and lists of accounts, at their limits.
@Suite struct AccountRulesTests {
  /// 70 characters as a reader counts them, and twice as many code points.
  private static let hindi = String(repeating: "नि", count: 70)
  /// One character as a reader counts them.
  private static let stacked = "a" + String(repeating: "\u{301}", count: 10_000)

  private func message(_ check: () throws -> Void) -> String? {
    do {
      try check()
      return nil
    } catch {
      return (error as? RPCError)?.message
    }
  }

  private func key(_ name: String, _ scopes: [String] = []) -> String? {
    message {
      try APIKeyRules.check(
        displayName: name, scopes: scopes, expireTime: nil, longest: nil,
        known: ["calls.read", "calls.write"], now: Moment(seconds: 1_700_000_000))
    }
  }

  private func merchant(_ change: (inout Payaid.Voice.V1.Merchant) -> Void) -> String? {
    var merchant = Payaid.Voice.V1.Merchant()
    merchant.name = "Shop"
    merchant.email = "shop@example.in"
    change(&merchant)
    return message { try MerchantRules.check(merchant, webhook: ToldWebhook()) }
  }

  @Test func `texts are measured in code points`() {
    #expect(key(String(repeating: "नि", count: 50)) == nil)
    #expect(key(Self.hindi) == "apiKey.displayName: has 140 characters; the limit is 100")
    #expect(key(Self.stacked) == "apiKey.displayName: has 10001 characters; the limit is 100")
    #expect(
      message { try UserRules.check(name: Self.hindi, role: .viewer) }
        == "user.name: has 140 characters; the limit is 100")
    #expect(merchant { $0.name = Self.hindi } == nil)
    #expect(
      merchant { $0.name = Self.stacked }
        == "merchant.name: has 10001 characters; 1 to 200 are allowed")
    #expect(
      merchant { $0.kyc = .with { $0.registeredAddress = Self.stacked } }
        == "merchant.kyc.registeredAddress: has 10001 characters; the limit is 500")
  }

  @Test func `a list that is too long is refused as one`() {
    #expect(
      key("till", Array(repeating: "", count: 1_000_000))
        == "apiKey.scopes: has 1000000 entries; there are 2 scopes")
    #expect(key("till", ["x"]) == "apiKey.scopes[0]: is none of calls.read, calls.write")
    #expect(
      merchant { $0.corsOrigins = Array(repeating: "", count: 1_000_000) }
        == "merchant.corsOrigins: has 1000000 origins; the limit is 32")
    #expect(
      merchant { $0.kyc = .with { $0.gstins = Array(repeating: "", count: 1_000_000) } }
        == "merchant.kyc.gstins: has more than 40 numbers")
  }
}
