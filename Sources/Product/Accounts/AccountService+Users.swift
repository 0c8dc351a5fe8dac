internal import Domain
internal import Postgres
internal import Protobuf
package import RPCCore
package import Schema
package import VoiceAPI

extension AccountService {
  package func createUser(
    _ request: V1.CreateUserRequest, _ context: RPCContext
  ) async throws -> V1.User {
    let caller = try context.caller()
    let wanted = request.user ?? V1.User()
    let role = Role(wanted.role)
    try UserRules.check(
      email: wanted.email, name: wanted.name, role: role, password: request.password)
    guard let role, let email = EmailAddress.normalized(wanted.email) else { throw Self.noSuchUser }
    try UserRules.check(caller, mayManage: role)
    // Before the transaction, which would hold its connection meanwhile.
    let hash = try await passwords.hashed(request.password)
    do {
      return try await change(caller) { transaction, _ in
        try await Idempotency.once(
          transaction, caller, method: "CreateUser", requestID: request.requestId,
          request: request, seal: seal
        ) {
          try await UserStore.insert(
            email: email, name: wanted.name, role: role, passwordHash: hash,
            merchant: caller.merchant, transaction
          ).proto
        }
      }
    } catch let error as PostgresError where error.isUniqueViolation("users_email_key") {
      throw RPCError(.alreadyExists, "user.email: there is a user with this address")
    }
  }

  package func listUsers(
    _ request: V1.ListUsersRequest, _ context: RPCContext
  ) async throws -> V1.ListUsersResponse {
    let caller = try context.caller()
    let arguments = [caller.merchant.text, "users"]
    let page = try await tokens.page(
      request.pageSize, request.pageToken, of: arguments, cursor: { $0.userId }
    ) { cursor, limit in
      try await pool.transaction(tenant: .merchant(caller.merchant.text)) {
        try await UserStore.page(after: cursor, limit: limit, merchant: caller.merchant, $0)
      }.map(\.proto)
    }
    return .with {
      $0.users = page.entries
      $0.nextPageToken = page.next
    }
  }

  package func updateUser(
    _ request: V1.UpdateUserRequest, _ context: RPCContext
  ) async throws -> V1.User {
    let caller = try context.caller()
    let new = request.user ?? V1.User()
    return try await change(caller) { transaction, events in
      if let id = UserID(new.userId) { events.append(.user(id)) }
      return try await Idempotency.once(
        transaction, caller, method: "UpdateUser", requestID: request.requestId, request: request
      ) {
        let current = try await Self.existing(new.userId, transaction)
        try Etag.check(new.etag, against: Etag.text(revision: current.revision))
        let merged = try Self.merge.merged(
          current.proto, new, paths: request.updateMask?.paths ?? [])
        let role = Role(merged.role)
        try UserRules.check(name: merged.name, role: role)
        guard let role else { throw Self.noSuchUser }
        try UserRules.check(caller, mayManage: max(current.role, role))
        try await Self.keepAnOwner(without: current, becoming: role, caller, transaction)
        guard
          let updated = try await UserStore.update(
            current.id, name: merged.name, role: role, transaction)
        else { throw Self.noSuchUser }
        return updated.proto
      }
    }
  }

  package func deleteUser(
    _ request: V1.DeleteUserRequest, _ context: RPCContext
  ) async throws -> Google.Protobuf.Empty {
    let caller = try context.caller()
    return try await change(caller) { transaction, events in
      if let id = UserID(request.userId) { events.append(.user(id)) }
      return try await Idempotency.once(
        transaction, caller, method: "DeleteUser", requestID: request.requestId, request: request
      ) {
        let current = try await Self.existing(request.userId, transaction)
        try Etag.check(request.etag, against: Etag.text(revision: current.revision))
        try UserRules.check(caller, mayManage: current.role)
        try await Self.keepAnOwner(without: current, becoming: nil, caller, transaction)
        try await UserStore.delete(current.id, transaction)
        return Google.Protobuf.Empty()
      }
    }
  }

  private static let merge = FieldMerge<V1.User>(
    "a user", outputOnly: ["user_id", "email", "create_time", "etag", "last_login_time"])

  private static func existing(
    _ text: String, _ transaction: Transaction
  ) async throws -> UserStore.StoredUser {
    guard let id = UserID(text), let user = try await UserStore.lock(id, transaction) else {
      throw noSuchUser
    }
    return user
  }

  private static func keepAnOwner(
    without user: UserStore.StoredUser, becoming role: Role?, _ caller: Caller,
    _ transaction: Transaction
  ) async throws {
    guard user.role == .owner, role != .owner else { return }
    guard try await UserStore.ownerCount(caller.merchant, transaction) > 1 else {
      throw RPCError(.failedPrecondition, "the merchant's last owner stays one")
    }
  }

  private static var noSuchUser: RPCError { RPCError(.notFound, "there is no such user") }
}

extension UserStore.StoredUser {
  /// As the API shows it.
  var proto: Payaid.Voice.V1.User {
    .with {
      $0.userId = id.text
      $0.email = email
      $0.name = name
      $0.role = role.proto
      $0.createTime = createTime.timestamp
      $0.lastLoginTime = lastLogin?.timestamp
      $0.etag = Etag.text(revision: revision)
    }
  }
}
