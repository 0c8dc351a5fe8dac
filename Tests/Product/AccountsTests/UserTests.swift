internal import Domain
internal import Postgres
internal import Protobuf
internal import RPCCore
import Schema
import Testing
internal import VoiceAPI

@testable internal import Accounts

extension DatabaseTests {
  @Suite struct UserTests {
    typealias V1 = Payaid.Voice.V1

    private func add(
      _ scene: Scene, _ options: CallOptions, _ email: String, _ role: V1.Role,
      requestID: String = ""
    ) async throws -> V1.User {
      try await scene.accounts.createUser(
        .with {
          $0.user = .with {
            $0.email = email
            $0.role = role
          }
          $0.password = Scene.password
          $0.requestId = requestID
        }, options: options)
    }

    @Test func `a user who was added logs in`() async throws {
      let scene = try await Scene.make()
      let (_, all) = try await scene.merchant()
      let user = try await add(scene, all, "Asha@Example.in", .member)
      #expect(user.email == "asha@example.in")
      let session = try await scene.login("ASHA@example.in")
      #expect(session.user?.userId == user.userId)
      let listed = try await scene.accounts.listUsers(.init(), options: Scene.options(session))
      #expect(listed.users.map(\.userId) == [user.userId])
      #expect(listed.users[0].lastLoginTime != nil)
      await scene.pool.close()
    }

    @Test(arguments: [
      ("", "ROLE", Scene.password, "user.email"), ("a@b@c", "ROLE", Scene.password, "user.email"),
      ("a@b", "", Scene.password, "user.role"), ("a@b", "ROLE", "short", "password"),
      ("a@b", "ROLE", String(repeating: "x", count: 129), "password"),
    ])
    func `what breaks a rule is named, and a password never repeated`(
      email: String, role: String, password: String, field: String
    ) async throws {
      let scene = try await Scene.make()
      let (_, all) = try await scene.merchant()
      let error = await #expect(throws: RPCError.self) {
        _ = try await scene.accounts.createUser(
          .with {
            $0.user = .with {
              $0.email = email
              $0.role = role.isEmpty ? .unspecified : .viewer
            }
            $0.password = password
          }, options: all)
      }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.hasPrefix(field) == true)
      #expect(error?.message.contains(password) == false)
      await scene.pool.close()
    }

    @Test func `nobody manages a role above their own`() async throws {
      let scene = try await Scene.make()
      let (merchant, all) = try await scene.merchant()
      let (owner, _) = try await scene.user(.owner, of: merchant, email: "o@example.in")
      let (_, admin) = try await scene.user(.admin, of: merchant, email: "a@example.in")
      for options in [all, Scene.options(admin)] {
        #expect(
          await Scene.code { try await add(scene, options, "x@example.in", .owner) }
            == .permissionDenied)
        #expect(
          await Scene.code {
            try await scene.accounts.deleteUser(.with { $0.userId = owner.text }, options: options)
          } == .permissionDenied)
        #expect(
          await Scene.code {
            try await scene.accounts.updateUser(
              .with {
                $0.user = .with {
                  $0.userId = owner.text
                  $0.role = .viewer
                }
              }, options: options)
          } == .permissionDenied)
      }
      await scene.pool.close()
    }

    @Test(arguments: [[], ["1", "2"]])
    func `the last owner stays, also when two leave at once`(requestIDs: [String]) async throws {
      let scene = try await Scene.make()
      let (merchant, _) = try await scene.merchant()
      let (first, one) = try await scene.user(.owner, of: merchant, email: "1@example.in")
      let (second, two) = try await scene.user(.owner, of: merchant, email: "2@example.in")
      async let a = Scene.code {
        try await scene.accounts.deleteUser(
          .with {
            $0.userId = second.text
            $0.requestId = requestIDs.first ?? ""
          }, options: Scene.options(one))
      }
      async let b = Scene.code {
        try await scene.accounts.deleteUser(
          .with {
            $0.userId = first.text
            $0.requestId = requestIDs.last ?? ""
          }, options: Scene.options(two))
      }
      let codes = await [a, b]
      #expect(codes.filter { $0 == nil }.count == 1, "\(codes)")
      // Who was removed before they were let in is nobody.
      let refusals: Set<StatusCode?> = [nil, .failedPrecondition, .unauthenticated]
      #expect(refusals.isSuperset(of: codes), "\(codes)")
      let left = try await scene.pool.transaction(tenant: .system) {
        try await UserStore.ownerCount(merchant, $0)
      }
      #expect(left == 1)
      await scene.pool.close()
    }

    @Test func `a role counts from the moment it changes, in every process`() async throws {
      let scene = try await Scene.make()
      let other = try await scene.another()
      let (merchant, all) = try await scene.merchant()
      let (id, session) = try await scene.user(.admin, of: merchant, email: "a@example.in")
      func keys(_ process: Scene) async -> StatusCode? {
        await Scene.code {
          try await process.accounts.listApiKeys(.init(), options: Scene.options(session))
        }
      }
      #expect(await keys(scene) == nil)
      #expect(await keys(other) == nil)
      let changed = try await scene.accounts.updateUser(
        .with {
          $0.user = .with {
            $0.userId = id.text
            $0.role = .viewer
          }
          $0.updateMask = .with { $0.paths = ["role"] }
        }, options: all)
      #expect(changed.role == .viewer)
      #expect(await keys(scene) == .permissionDenied)
      while await keys(other) == nil { await Task.yield() }
      #expect(await keys(other) == .permissionDenied)
      await other.pool.close()
      await scene.pool.close()
    }

    @Test func `a removed user is out at once, in every process`() async throws {
      let scene = try await Scene.make()
      let other = try await scene.another()
      let (merchant, all) = try await scene.merchant()
      let (id, session) = try await scene.user(.member, of: merchant, email: "m@example.in")
      func look(_ process: Scene) async -> StatusCode? {
        await Scene.code {
          try await process.accounts.getMerchant(.init(), options: Scene.options(session))
        }
      }
      #expect(await look(other) == nil)
      _ = try await scene.accounts.deleteUser(.with { $0.userId = id.text }, options: all)
      #expect(await look(scene) == .unauthenticated)
      while await look(other) == nil { await Task.yield() }
      #expect(await look(other) == .unauthenticated)
      #expect(
        await Scene.code {
          try await scene.auth.refreshSession(.with { $0.refreshToken = session.refreshToken })
        } == .unauthenticated)
      #expect(await Scene.code { try await scene.login("m@example.in") } == .unauthenticated)
      await other.pool.close()
      await scene.pool.close()
    }

    @Test func `an address is one user's, and an etag guards a change`() async throws {
      let scene = try await Scene.make()
      let (_, all) = try await scene.merchant()
      let (_, rival) = try await scene.merchant("rival@example.in")
      let user = try await add(scene, all, "a@example.in", .viewer)
      #expect(
        await Scene.code { try await add(scene, rival, "a@example.in", .viewer) } == .alreadyExists)
      func rename(_ etag: String) async -> StatusCode? {
        await Scene.code {
          try await scene.accounts.updateUser(
            .with {
              $0.user = .with {
                $0.userId = user.userId
                $0.name = "Asha"
                $0.etag = etag
              }
            }, options: all)
        }
      }
      #expect(await rename(user.etag) == nil)
      #expect(await rename(user.etag) == .aborted)
      #expect(
        await Scene.code {
          try await scene.accounts.deleteUser(.with { $0.userId = user.userId }, options: rival)
        } == .notFound)
      await scene.pool.close()
    }

    @Test func `one request id adds one user, and its password cannot be read from its digest`()
      async throws
    {
      let scene = try await Scene.make()
      let (_, all) = try await scene.merchant()
      let first = try await add(scene, all, "a@example.in", .viewer, requestID: "u-1")
      #expect(try await add(scene, all, "a@example.in", .viewer, requestID: "u-1") == first)
      #expect(
        await Scene.code { try await add(scene, all, "b@example.in", .viewer, requestID: "u-1") }
          == .alreadyExists)
      let request = V1.CreateUserRequest.with {
        $0.user = .with {
          $0.email = "a@example.in"
          $0.role = .viewer
        }
        $0.password = Scene.password
        $0.requestId = "u-1"
      }
      let stored = try await scene.pool.transaction(tenant: .system) {
        try await $0.query("SELECT request_hash FROM idempotency_keys")[0]
          .decode("request_hash", as: [UInt8].self)
      }
      let key = try #require(all.metadata["x-api-key"])
      let caller = Array(key.utf8) + [0]
      #expect(stored == scene.seal.digest(caller + (try request.serializedBytes())))
      await scene.pool.close()
    }
  }
}
