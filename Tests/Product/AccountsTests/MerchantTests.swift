internal import Domain
internal import Postgres
internal import Protobuf
internal import RPCCore
import Schema
internal import Synchronization
import Testing
internal import VoiceAPI

@testable internal import Accounts

extension DatabaseTests {
  @Suite struct MerchantTests {
    typealias V1 = Payaid.Voice.V1

    private static let complete = V1.Kyc.with {
      $0.legalName = "Shop Private Limited"
      $0.constitution = .company
      $0.pan = "AAPCU0939F"
      $0.registrationNumber = "U72900KA2019PTC123456"
      $0.registeredAddress = "1 MG Road, Bengaluru"
      $0.dltEntityId = "1101234567890123456"
      $0.useCase = "Order updates"
      $0.sector = .other
    }

    private func update(
      _ scene: Scene, _ options: CallOptions, _ paths: String...,
      change: (inout V1.Merchant) -> Void
    ) async throws -> V1.Merchant {
      try await scene.accounts.updateMerchant(
        .with {
          $0.merchant = .with { change(&$0) }
          if !paths.isEmpty { $0.updateMask = .with { $0.paths = paths } }
        }, options: options)
    }

    @Test func `a mask changes what it names, at any depth`() async throws {
      let scene = try await Scene.make()
      let (_, all) = try await scene.merchant()
      var merchant = try await update(scene, all, "webhook_url", "corsOrigins", "settings") {
        $0.name = "not named"
        $0.webhookUrl = "https://shop.example.in/hook"
        $0.corsOrigins = ["https://app.shop.example.in", "http://localhost:5173"]
        $0.settings = .with { $0.sessionLifetime = .with { $0.seconds = 7_200 } }
      }
      #expect(merchant.name == "Shop")
      #expect(merchant.webhookUrl == "https://shop.example.in/hook")
      #expect(merchant.settings?.sessionLifetime?.seconds == 7_200)
      let etag = merchant.etag
      merchant = try await update(scene, all, "kyc.legal_name") {
        $0.kyc = Self.complete
        $0.etag = etag
      }
      #expect(merchant.kyc?.legalName == "Shop Private Limited")
      #expect(merchant.kyc?.pan == "")
      #expect(merchant.corsOrigins.count == 2)
      #expect(
        await Scene.code { try await update(scene, all, "name") { $0.etag = etag } } == .aborted)
      #expect(
        await Scene.code { try await update(scene, all, "nothing") { _ in } } == .invalidArgument)
      await scene.pool.close()
    }

    @Test func `addresses that are set at once, each with a request id of its own, are all set`()
      async throws
    {
      let scene = try await Scene.make()
      let (_, all) = try await scene.merchant()
      let first = try await scene.accounts.getMerchant(.init(), options: all)
      let emails = try await withThrowingTaskGroup(of: String.self) { group in
        for number in 0..<16 {
          group.addTask {
            try await scene.accounts.updateMerchant(
              .with {
                $0.merchant = .with { $0.email = "\(number)@example.in" }
                $0.updateMask = .with { $0.paths = ["email"] }
                $0.requestId = "r-\(number)"
              }, options: all
            ).email
          }
        }
        return try await group.reduce(into: Set<String>()) { $0.insert($1) }
      }
      #expect(emails.count == 16)
      let last = try await scene.accounts.getMerchant(.init(), options: all)
      #expect(emails.contains(last.email))
      #expect(last.etag != first.etag)
      await scene.pool.close()
    }

    @Test func `what a merchant says of itself is submitted, approved, and submitted again`()
      async throws
    {
      let scene = try await Scene.make()
      let (id, all) = try await scene.merchant()
      func review(
        _ outcome: OperatorDecision.Verdict, _ reason: String = "",
        by reviewer: String = "Op@example.in"
      ) async throws -> OnKycReview {
        try await scene.pool.transaction(tenant: .system) {
          try await KycReviewStore.decide(
            KycReview(outcome, OperatorDecision(by: reviewer, reason: reason)), on: id, $0)
        }
      }
      var merchant = try await scene.accounts.getMerchant(.init(), options: all)
      #expect(merchant.kyc?.state == .draft)
      #expect(merchant.kyc?.missingFields.contains("pan") == true)
      #expect(try await review(.approved(for: .seconds(60))) == .stands(.draft))
      merchant = try await update(scene, all, "kyc") { $0.kyc = Self.complete }
      #expect(merchant.kyc?.state == .submitted)
      #expect(merchant.kyc?.missingFields == [])
      #expect(
        try await review(.approved(for: .seconds(60)), by: "shop@example.in")
          == .reviewerIsTheMerchants)
      #expect(try await review(.approved(for: .seconds(60))) == .decided)
      merchant = try await scene.accounts.getMerchant(.init(), options: all)
      #expect(merchant.kyc?.state == .approved)
      // Written back as it was read, with its PAN masked, nothing has changed.
      let same = merchant
      merchant = try await update(scene, all, "kyc") { $0.kyc = same.kyc }
      #expect(merchant.kyc?.state == .approved)
      merchant = try await update(scene, all, "kyc.use_case") {
        $0.kyc = .with { $0.useCase = "x" }
      }
      #expect(merchant.kyc?.state == .submitted)
      #expect(merchant.kyc?.expireTime == nil)
      #expect(try await review(.rejected, "The address is another's.") == .decided)
      merchant = try await scene.accounts.getMerchant(.init(), options: all)
      #expect(merchant.kyc?.state == .rejected)
      #expect(merchant.kyc?.reviewReason == "The address is another's.")
      #expect(try await review(.approved(for: .seconds(60))) == .stands(.rejected))
      await scene.pool.close()
    }

    @Test func `a suspension is lifted by the operator alone, when nothing is missing`()
      async throws
    {
      let scene = try await Scene.make()
      let (id, all) = try await scene.merchant()
      func review(_ outcome: OperatorDecision.Verdict) async throws -> OnKycReview {
        try await scene.pool.transaction(tenant: .system) {
          try await KycReviewStore.decide(
            KycReview(outcome, OperatorDecision(by: "op@example.in", reason: "a cancelled GSTIN")),
            on: id, $0)
        }
      }
      _ = try await update(scene, all, "kyc") { $0.kyc = Self.complete }
      #expect(try await review(.approved(for: .seconds(60))) == .decided)
      #expect(try await review(.suspended) == .decided)
      #expect(try await review(.suspended) == .stands(.suspended))
      var merchant = try await update(scene, all, "kyc.sector") { _ in }
      #expect(merchant.kyc?.state == .suspended && merchant.kyc?.expireTime == nil)
      #expect(try await review(.approved(for: .seconds(60))) == .incomplete(["sector"]))
      _ = try await update(scene, all, "kyc.sector") { $0.kyc = .with { $0.sector = .nbfc } }
      #expect(try await review(.approved(for: .seconds(60))) == .decided)
      // An approval is renewed by another one.
      #expect(try await review(.approved(for: .seconds(6_000))) == .decided)
      merchant = try await scene.accounts.getMerchant(.init(), options: all)
      #expect(merchant.kyc?.state == .approved && merchant.kyc?.sector == .nbfc)
      let kept = try await scene.pool.transaction(tenant: .system) {
        try await $0.query("SELECT outcome FROM kyc_reviews ORDER BY review_id")
      }
      #expect(
        try kept.map { try $0.decode("outcome", as: String.self) }
          == ["approved", "suspended", "approved", "approved"])
      await scene.pool.close()
    }

    @Test func `nobody reviews a merchant that they belong to, and no review is changed`()
      async throws
    {
      let scene = try await Scene.make()
      let (id, all) = try await scene.merchant()
      _ = try await update(scene, all, "kyc") { $0.kyc = Self.complete }
      let answers = try await scene.pool.transaction(tenant: .system) { transaction in
        _ = try await UserStore.insert(
          email: "asha@example.in", name: "", role: .viewer, passwordHash: "$argon2id$v=19$x",
          merchant: id, transaction)
        var answers: [OnKycReview] = []
        for (reviewer, merchant) in [
          ("Asha@example.in", id), ("op@example.in", MerchantID()), ("op@example.in", id),
        ] {
          answers.append(
            try await KycReviewStore.decide(
              KycReview(.approved(for: .seconds(60)), OperatorDecision(by: reviewer)), on: merchant,
              transaction))
        }
        return answers
      }
      #expect(answers == [.reviewerIsTheMerchants, .noSuchMerchant, .decided])
      for change in ["UPDATE kyc_reviews SET reason = 'x'", "DELETE FROM kyc_reviews"] {
        await #expect(throws: PostgresError.self) {
          try await scene.pool.transaction(tenant: .system) {
            try await $0.execute(Query(unsafeSQL: change))
          }
        }
      }
      await scene.pool.close()
    }

    @Test func `a PAN is shown masked and stored sealed`() async throws {
      let scene = try await Scene.make()
      let (id, all) = try await scene.merchant()
      let merchant = try await update(scene, all, "kyc") { $0.kyc = Self.complete }
      #expect(merchant.kyc?.pan == "AAPC•••••F")
      let (row, text) = try await scene.pool.transaction(tenant: .system) { transaction in
        let row = try await AccountStore.find(id, scene.seal, transaction)
        let rows = try await transaction.query("SELECT merchants::text AS all FROM merchants")
        return (row, try rows[0].decode("all", as: String.self))
      }
      #expect(row?.merchant.kyc?.pan == "AAPCU0939F")
      #expect(!text.contains("AAPCU0939F"))
      await scene.pool.close()
    }

    @Test func `new keys end as the settings say`() async throws {
      let scene = try await Scene.make()
      let (_, all) = try await scene.merchant()
      _ = try await update(scene, all, "settings.max_api_key_lifetime") {
        $0.settings = .with { $0.maxApiKeyLifetime = .with { $0.seconds = 86_400 } }
      }
      func make(_ life: Duration?) async -> StatusCode? {
        await Scene.code {
          try await scene.accounts.createApiKey(
            .with {
              $0.apiKey = .with { $0.expireTime = life.map { (WallClock.now + $0).timestamp } }
            },
            options: all)
        }
      }
      #expect(await make(nil) == .invalidArgument)
      #expect(await make(.seconds(90_000)) == .invalidArgument)
      #expect(await make(.seconds(80_000)) == nil)
      await scene.pool.close()
    }

    @Test func `what a webhook URL becomes is told with each change, and with none that fails`()
      async throws
    {
      let scene = try await Scene.make()
      let (_, all) = try await scene.merchant()
      let told = Mutex<[String?]>([])
      let listening = try await scene.pool.listen(ToldWebhook.channel) { payload in
        told.withLock { $0.append(payload) }
      }
      for url in ["https://a.example.in/x", "http://a.example.in", "https://b.example.in", ""] {
        _ = try? await update(scene, all, "webhook_url") { $0.webhookUrl = url }
      }
      while told.withLock({ $0.count }) < 3 { await Task.yield() }
      #expect(
        told.withLock { $0 } == ["url=https://a.example.in/x", "url=https://b.example.in", "url="])
      listening.cancel()
      await scene.pool.close()
    }

    @Test func `everything that breaks a rule is named`() async throws {
      let scene = try await Scene.make()
      let (_, all) = try await scene.merchant()
      let error = await #expect(throws: RPCError.self) {
        _ = try await update(scene, all, "*") {
          $0.email = "nobody"
          $0.webhookUrl = "http://shop.example.in"
          $0.corsOrigins = ["https://Shop.example.in/"]
          $0.kyc = .with {
            $0.pan = "AAPXU0939F"
            $0.gstins = ["27AAPFU0939F1ZW"]
            $0.dltEntityId = "12"
            $0.sector = .unrecognized(99)
          }
          $0.settings = .with { $0.sessionLifetime = .with { $0.seconds = 1 } }
        }
      }
      #expect(error?.code == .invalidArgument)
      #expect(
        error?.message == "merchant.name: has 0 characters; 1 to 200 are allowed (and 8 more)")
      await scene.pool.close()
    }

    @Test(arguments: [
      ("https://a.in", true), ("https://a.in:8443", true), ("http://localhost:3000", true),
      ("http://localhost", true), ("http://127.0.0.1:80", false), ("https://a.in:443", false),
      ("https://a.in/", false), ("https://A.in", false), ("http://a.in", false), ("*", false),
      ("null", false), ("https://", false), ("https://a.in:0", false), ("https://a.in:x", false),
      ("https://user@a.in", false), ("http://localhost.evil.in", false), ("", false),
    ])
    func `an origin is written as browsers write it`(text: String, isOrigin: Bool) {
      #expect(MerchantRules.isOrigin(text) == isOrigin)
    }

    @Test(arguments: [
      ("27AAPFU0939F1ZV", true), ("27AAPFU0939F1ZW", false), ("27AAPFU0939F1Z", false),
      ("2AAAPFU0939F1ZV", false), ("27aapfu0939f1zv", false), ("", false),
    ])
    func `a GSTIN has its check character`(text: String, isGood: Bool) {
      #expect(BusinessNumber.isGSTIN(text) == isGood)
    }

    @Test(arguments: [
      ("AAPFU0939F", true), ("AAPXU0939F", false), ("AAPFU0000F", false), ("AAPFU0939", false),
      ("AAPFU09399", false), ("AAPFÜ0939F", false),
    ])
    func `a PAN has the form of one`(text: String, isGood: Bool) {
      #expect(BusinessNumber.isPAN(text) == isGood)
    }

    @Test func `an approval ends by itself`() {
      let now = Moment(seconds: 100)
      #expect(KycState.approved.proto(expireTime: now + .seconds(1), now: now) == .approved)
      #expect(KycState.approved.proto(expireTime: now, now: now) == .expired)
      for state: KycState in [.draft, .submitted, .approved, .rejected] {
        #expect(state.changed(isComplete: true) == .submitted)
        #expect(state.changed(isComplete: false) == .draft)
      }
      #expect(KycState.suspended.changed(isComplete: true) == .suspended)
    }
  }
}
