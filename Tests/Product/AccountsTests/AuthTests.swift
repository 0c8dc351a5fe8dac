internal import Domain
internal import Postgres
internal import Protobuf
internal import RPCCore
internal import ScratchPostgres
import Testing
internal import VoiceAPI

@testable internal import Accounts

extension DatabaseTests {
  @Suite struct AuthTests {
    typealias V1 = Payaid.Voice.V1

    private func look(_ scene: Scene, _ session: V1.Session) async -> StatusCode? {
      await Scene.code {
        try await scene.accounts.getMerchant(.init(), options: Scene.options(session))
      }
    }

    private func refresh(
      _ scene: Scene, _ token: String, requestID: String = ""
    ) async throws -> V1.Session {
      try await scene.auth.refreshSession(
        .with {
          $0.refreshToken = token
          $0.requestId = requestID
        })
    }

    @Test func `an unknown address, a wrong password and a closed merchant are told the same`()
      async throws
    {
      let scene = try await Scene.make()
      let (merchant, _) = try await scene.merchant()
      _ = try await scene.user(.owner, of: merchant, email: "o@example.in")
      let (closed, _) = try await scene.merchant("closed@example.in")
      let (_, old) = try await scene.user(.owner, of: closed, email: "c@example.in")
      _ = try await scene.pool.transaction(tenant: .system) {
        try await AccountStore.setState(.closed, of: closed, $0)
      }
      var messages: Set<String> = []
      for (email, password) in [
        ("nobody@example.in", Scene.password), ("o@example.in", "wrong horse battery"),
        ("c@example.in", Scene.password), ("no address", Scene.password),
      ] {
        let error = await #expect(throws: RPCError.self) {
          _ = try await scene.login(email, password)
        }
        #expect(error?.code == .unauthenticated)
        messages.insert(error?.message ?? "")
      }
      #expect(messages.count == 1)
      await scene.authenticator.follow(.merchant(closed))
      #expect(await look(scene, old) == .unauthenticated)
      await scene.pool.close()
    }

    @Test(arguments: [true, false])
    func `an address has to wait after failures, whether it exists or not`(exists: Bool)
      async throws
    {
      let time = WallClock.now
      let scene = try await Scene.make(now: { time })
      let (merchant, _) = try await scene.merchant()
      if exists { _ = try await scene.user(.owner, of: merchant, email: "o@example.in") }
      let codes = await withTaskGroup(of: StatusCode?.self) { group in
        for _ in 0..<9 {
          group.addTask {
            await Scene.code { try await scene.login("o@example.in", "wrong horse battery") }
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(codes.filter { $0 == .unauthenticated }.count == 5)
      #expect(codes.filter { $0 == .resourceExhausted }.count == 4)
      let error = await #expect(throws: RPCError.self) { _ = try await scene.login("o@example.in") }
      #expect(error?.code == .resourceExhausted)
      #expect(error?.details.map(\.typeName) == ["google.rpc.RetryInfo"])
      #expect(await Scene.code { try await scene.login("p@example.in") } == .unauthenticated)
      await scene.pool.close()
    }

    @Test func `a success begins the count anew`() async throws {
      let scene = try await Scene.make()
      let (merchant, _) = try await scene.merchant()
      _ = try await scene.user(.owner, of: merchant, email: "o@example.in")
      for _ in 0..<3 {
        for _ in 0..<4 {
          #expect(
            await Scene.code { try await scene.login("o@example.in", "wrong horse battery") }
              == .unauthenticated)
        }
        _ = try await scene.login("o@example.in")
      }
      await scene.pool.close()
    }

    /// Counts attempts at so many seconds from a moment that is no real one.
    private func logins(_ scene: Scene, at seconds: Int64 = 0) -> LoginGuard {
      let now = Moment(seconds: 1_800_000_000 + seconds)
      return LoginGuard(pool: scene.pool, seal: scene.seal, now: { now })
    }

    private func begins(
      _ logins: LoginGuard, _ email: String, by client: String? = "office"
    ) async -> Bool {
      await Scene.code { try await logins.begin(email: email, client: client) } == nil
    }

    @Test func `a guesser has to wait, whatever its own account does; other clients have not`()
      async throws
    {
      let scene = try await Scene.make()
      let now = logins(scene)
      for number in 0..<49 { #expect(await begins(now, "\(number)@example.in")) }
      for _ in 0..<3 {
        let good = try await now.begin(email: "own@example.in", client: "office")
        try await scene.pool.transaction(tenant: .system) { try await now.succeed(good, $0) }
      }
      #expect(await begins(now, "own@example.in"))
      #expect(await begins(now, "own@example.in") == false)
      #expect(await begins(now, "own@example.in", by: "elsewhere"))
      #expect(await begins(now, "own@example.in", by: nil))
      let later = logins(scene, at: 60)
      #expect(await begins(later, "own@example.in"))
      #expect(await begins(later, "another@example.in") == false)
      await scene.pool.close()
    }

    @Test func `attempts that are not let in hold up nobody else`() async throws {
      let scene = try await Scene.make()
      let now = logins(scene)
      var begun = 0
      for _ in 0..<100 {
        if await begins(now, "o@example.in") { begun += 1 }
      }
      #expect(begun == 5)
      for number in 0..<45 { #expect(await begins(now, "\(number)@example.in")) }
      #expect(await begins(now, "45@example.in") == false)
      await scene.pool.close()
    }

    @Test func `an attempt begins while another's success is being noted`() async throws {
      let scene = try await Scene.make()
      let now = logins(scene)
      let good = try await now.begin(email: "o@example.in", client: "office")
      let next = try await scene.pool.transaction(tenant: .system) { transaction in
        try await now.succeed(good, transaction)
        let waiting = Task { try await now.begin(email: "o@example.in", client: "elsewhere") }
        try await transaction.untilWaitedFor()
        return waiting
      }
      #expect(try await next.value.address == good.address)
      await scene.pool.close()
    }

    @Test func `a hash at another cost is made anew when its user logs in`() async throws {
      let scene = try await Scene.make()
      let (merchant, _) = try await scene.merchant()
      let (id, _) = try await scene.user(.owner, of: merchant, email: "o@example.in")
      // The reference's hash of "password", at another cost.
      let old =
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
      try await scene.pool.transaction(tenant: .system) {
        _ = try await $0.execute(
          "UPDATE users SET password_hash = \(old) WHERE user_id = \(id.text)")
      }
      _ = try await scene.login("o@example.in", "password")
      let stored = try await scene.pool.transaction(tenant: .system) {
        try await UserStore.login(id, $0)?.passwordHash
      }
      #expect(stored?.hasPrefix("$argon2id$v=19$m=64,t=1,p=1$") == true)
      _ = try await scene.login("o@example.in", "password")
      await scene.pool.close()
    }

    @Test func `each refresh token works once, and its second use ends all that came from it`()
      async throws
    {
      let scene = try await Scene.make()
      let other = try await scene.another()
      let (merchant, _) = try await scene.merchant()
      let (_, first) = try await scene.user(.owner, of: merchant, email: "o@example.in")
      let bystander = try await scene.login("o@example.in")
      let second = try await refresh(scene, first.refreshToken)
      let third = try await refresh(scene, second.refreshToken)
      #expect(await look(other, third) == nil)
      #expect(await Scene.code { try await refresh(scene, first.refreshToken) } == .unauthenticated)
      #expect(await Scene.code { try await refresh(scene, third.refreshToken) } == .unauthenticated)
      for session in [first, second, third] {
        #expect(await look(scene, session) == .unauthenticated)
      }
      while await look(other, third) == nil { await Task.yield() }
      #expect(await look(scene, bystander) == nil)
      _ = try await refresh(scene, bystander.refreshToken)
      await other.pool.close()
      await scene.pool.close()
    }

    @Test func `a lost answer to a refresh can be asked for again, by the same request only`()
      async throws
    {
      let scene = try await Scene.make()
      let (merchant, _) = try await scene.merchant()
      let (_, first) = try await scene.user(.owner, of: merchant, email: "o@example.in")
      let answers = try await withThrowingTaskGroup(of: V1.Session.self) { group in
        for _ in 0..<6 {
          group.addTask { try await refresh(scene, first.refreshToken, requestID: "again") }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(Set(answers.map(\.refreshToken)).count == 1)
      #expect(await look(scene, answers[0]) == nil)
      #expect(
        await Scene.code { try await refresh(scene, first.refreshToken, requestID: "other") }
          == .unauthenticated)
      #expect(await look(scene, answers[0]) == .unauthenticated)
      await scene.pool.close()
    }

    /// How a login ends that verified its password while a transaction was setting another hash.
    private func login(
      _ scene: Scene, _ user: UserID, beside hash: String
    ) async throws -> StatusCode? {
      let login = try await scene.pool.transaction(tenant: .system) { transaction in
        try await transaction.execute(
          "UPDATE users SET password_hash = \(hash) WHERE user_id = \(user.text)")
        let login = Task { await Scene.code { try await scene.login("o@example.in") } }
        try await transaction.untilWaitedFor()
        try await SessionStore.endAll(of: user, except: nil, .password, transaction)
        return login
      }
      return await login.value
    }

    @Test func `a login that was verified before the password changed begins no session`()
      async throws
    {
      let scene = try await Scene.make()
      let (merchant, _) = try await scene.merchant()
      let (id, _) = try await scene.user(.owner, of: merchant, email: "o@example.in")
      let changed = try await Scene.hash("a much better password")
      #expect(try await login(scene, id, beside: changed) == .unauthenticated)
      let left = try await scene.pool.transaction(tenant: .system) {
        try await $0.query("SELECT 1 AS one FROM sessions WHERE end_time IS NULL").count
      }
      #expect(left == 0)
      _ = try await scene.login("o@example.in", "a much better password")
      await scene.pool.close()
    }

    @Test func `a login goes on where another made the hash anew meanwhile`() async throws {
      let scene = try await Scene.make()
      let (merchant, _) = try await scene.merchant()
      let (id, _) = try await scene.user(.owner, of: merchant, email: "o@example.in")
      let anew = try await Scene.hash(Scene.password)
      #expect(try await login(scene, id, beside: anew) == nil)
      await scene.pool.close()
    }

    @Test func `a session that ran out refreshes no more`() async throws {
      let scene = try await Scene.make()
      let (merchant, _) = try await scene.merchant()
      let (_, session) = try await scene.user(.owner, of: merchant, email: "o@example.in")
      try await scene.pool.transaction(tenant: .system) {
        _ = try await $0.execute("UPDATE sessions SET expire_time = now() - interval '1 second'")
      }
      #expect(
        await Scene.code { try await refresh(scene, session.refreshToken) } == .unauthenticated)
      #expect(await look(scene, session) == .unauthenticated)
      await scene.pool.close()
    }

    @Test func `logging out ends the session, or another of the same user, and nobody else's`()
      async throws
    {
      let scene = try await Scene.make()
      let (merchant, all) = try await scene.merchant()
      let (_, one) = try await scene.user(.owner, of: merchant, email: "o@example.in")
      let (_, stranger) = try await scene.user(.viewer, of: merchant, email: "v@example.in")
      let two = try await scene.login("o@example.in")
      #expect(
        await Scene.code {
          try await scene.auth.logout(
            .with { $0.refreshToken = stranger.refreshToken }, options: Scene.options(one))
        } == .notFound)
      _ = try await scene.auth.logout(
        .with { $0.refreshToken = two.refreshToken }, options: Scene.options(one))
      #expect(await look(scene, two) == .unauthenticated)
      #expect(await look(scene, one) == nil)
      _ = try await scene.auth.logout(.init(), options: Scene.options(one))
      #expect(await look(scene, one) == .unauthenticated)
      #expect(await look(scene, stranger) == nil)
      #expect(
        await Scene.code { try await scene.auth.logout(.init(), options: all) } == .permissionDenied
      )
      await scene.pool.close()
    }

    @Test func `a changed password ends the user's other sessions, and the old one works no more`()
      async throws
    {
      let scene = try await Scene.make()
      let (merchant, _) = try await scene.merchant()
      let (_, own) = try await scene.user(.owner, of: merchant, email: "o@example.in")
      let other = try await scene.login("o@example.in")
      func change(_ old: String, _ requestID: String) async -> StatusCode? {
        await Scene.code {
          try await scene.auth.changePassword(
            .with {
              $0.oldPassword = old
              $0.newPassword = "a much better password"
              $0.requestId = requestID
            }, options: Scene.options(own))
        }
      }
      #expect(await change("wrong horse battery", "1") == .permissionDenied)
      #expect(await look(scene, other) == nil)
      #expect(await change(Scene.password, "2") == nil)
      #expect(await change(Scene.password, "2") == nil, "the first answer again")
      #expect(await change(Scene.password, "3") == .permissionDenied)
      #expect(await look(scene, other) == .unauthenticated)
      #expect(await look(scene, own) == nil)
      #expect(await Scene.code { try await scene.login("o@example.in") } == .unauthenticated)
      _ = try await scene.login("o@example.in", "a much better password")
      await scene.pool.close()
    }

    @Test func `a suspended merchant's users read, and change nothing`() async throws {
      let scene = try await Scene.make()
      let (merchant, all) = try await scene.merchant()
      let (_, owner) = try await scene.user(.owner, of: merchant, email: "o@example.in")
      _ = try await scene.pool.transaction(tenant: .system) {
        try await AccountStore.setState(.suspended, of: merchant, $0)
      }
      await scene.authenticator.follow(.merchant(merchant))
      for options in [all, Scene.options(owner)] {
        #expect(
          await Scene.code { try await scene.accounts.getMerchant(.init(), options: options) }
            == nil)
        #expect(
          await Scene.code { try await scene.accounts.createApiKey(.init(), options: options) }
            == .permissionDenied)
      }
      _ = try await scene.login("o@example.in")
      await scene.pool.close()
    }
  }
}
