internal import Domain
internal import RPCCore
internal import RPCProtobuf
import Testing
internal import VoiceAPI

@testable internal import Accounts

@Suite struct AccessTableTests {
  private let merchant = MerchantID()

  private func user(_ role: Role, isSuspended: Bool = false) -> Caller {
    Caller(
      merchant: merchant, credential: .user(UserID(), role, SessionID()), isSuspended: isSuspended)
  }

  private func key(_ scopes: String..., isSuspended: Bool = false) -> Caller {
    Caller(
      merchant: merchant, credential: .key(id: "pa_live_00000000", scopes: Set(scopes)),
      isSuspended: isSuspended)
  }

  private func may(_ caller: Caller, _ rule: AccessRule) -> Bool {
    do {
      try rule.check(caller)
      return true
    } catch {
      return false
    }
  }

  @Test(arguments: Role.allCases) func `a role may do what needs it or less`(role: Role) {
    for least in Role.allCases {
      #expect(may(user(role), .write("x.write", least)) == (role >= least))
      #expect(may(user(role), .read("x.read", least)) == (role >= least))
    }
    #expect(may(user(role), .login))
  }

  @Test func `a key may do what its scopes say, and without any everything but logins`() {
    #expect(may(key("agents.read"), .read("agents.read")))
    #expect(!may(key("agents.read"), .write("agents.write")))
    #expect(!may(key("agents.write"), .read("agents.read")))
    #expect(may(key(), .write("keys.write", .admin)))
    #expect(!may(key(), .login))
  }

  @Test func `a suspended merchant reads, and still logs in and out`() {
    for caller in [user(.owner, isSuspended: true), key(isSuspended: true)] {
      #expect(may(caller, .read("calls.read")))
      #expect(!may(caller, .write("calls.write")))
    }
    #expect(may(user(.owner, isSuspended: true), .login))
  }

  @Test func `a refusal names what is missing and nothing else`() {
    let byKey = #expect(throws: RPCError.self) {
      try AccessRule.write("agents.write").check(key("agents.read"))
    }
    #expect(byKey?.code == .permissionDenied)
    #expect(byKey?.message.contains("agents.write") == true)
    let byUser = #expect(throws: RPCError.self) {
      try AccessRule.write("keys.write", .admin).check(user(.viewer))
    }
    #expect(byUser?.message == "this method needs the role admin; yours is viewer")
  }

  @Test func `a method without a rule stops the start, by name`() {
    let empty = AccessTable([:])
    let error = #expect(throws: RPCError.self) {
      try empty.check([Payaid.Voice.V1.LiveServiceBinding.binding])
    }
    #expect(error?.message.contains("payaid.voice.v1.LiveService/Converse") == true)
    #expect(throws: Never.self) {
      try AccessTable.product.check([
        Payaid.Voice.V1.AccountServiceBinding.binding, Payaid.Voice.V1.AuthServiceBinding.binding,
        Payaid.Voice.V1.AgentServiceBinding.binding, Payaid.Voice.V1.CallServiceBinding.binding,
      ])
    }
  }

  @Test func `what changes something is never open to readers`() {
    for binding in [
      Payaid.Voice.V1.AccountServiceBinding.binding, Payaid.Voice.V1.AgentServiceBinding.binding,
      Payaid.Voice.V1.CallServiceBinding.binding, Payaid.Voice.V1.WebhookServiceBinding.binding,
      Payaid.Voice.V1.KnowledgeServiceBinding.binding,
    ] {
      for method in binding.methods.map(\.method) where method.idempotency != .noSideEffects {
        guard let rule = AccessTable.product.rule(for: method), !rule.isReading else { continue }
        #expect(!may(user(.viewer), rule), "\(method.fullName)")
      }
    }
  }
}
