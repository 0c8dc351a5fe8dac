internal import Buffers
internal import Domain
internal import Postgres
internal import Protobuf
package import RPCCore
package import Schema
package import VoiceAPI

/// What operators acknowledged of the calls that machines make.
extension ComplianceService {
  package func createA2pDeclaration(
    _ request: V1.CreateA2pDeclarationRequest, _ context: RPCContext
  ) async throws -> V1.A2pDeclaration {
    let caller = try context.caller()
    let declaration = try A2PDeclaration(
      checking: request.declaration ?? V1.A2pDeclaration(), at: now())
    return try await transaction(caller) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "CreateA2pDeclaration", requestID: request.requestId,
        request: request
      ) {
        try await A2PDeclarationStore.insert(
          declaration, merchant: caller.merchant, transaction)
        try await Self.note("a2p.declared", declaration, caller, transaction)
        return declaration.proto
      }
    }
  }

  package func listA2pDeclarations(
    _ request: V1.ListA2pDeclarationsRequest, _ context: RPCContext
  ) async throws -> V1.ListA2pDeclarationsResponse {
    let caller = try context.caller()
    let arguments = [caller.merchant.text, "a2p-declarations"]
    let page = try await tokens.page(
      request.pageSize, request.pageToken, of: arguments, cursor: { $0.declarationId }
    ) { cursor, limit in
      try await A2PDeclarationStore.page(
        after: cursor, limit: limit, merchant: caller.merchant, reader(caller)
      ).map(\.proto)
    }
    return .with {
      $0.declarations = page.entries
      $0.nextPageToken = page.next
    }
  }

  package func deleteA2pDeclaration(
    _ request: V1.DeleteA2pDeclarationRequest, _ context: RPCContext
  ) async throws -> Google.Protobuf.Empty {
    let caller = try context.caller()
    guard let id = A2PDeclarationID(request.declarationId) else { throw Self.noSuchDeclaration }
    return try await transaction(caller) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "DeleteA2pDeclaration", requestID: request.requestId,
        request: request
      ) {
        guard
          let deleted = try await A2PDeclarationStore.delete(
            id, merchant: caller.merchant, transaction)
        else { throw Self.noSuchDeclaration }
        try await Self.note("a2p.deleted", deleted, caller, transaction)
        return Google.Protobuf.Empty()
      }
    }
  }

  /// Leaves an entry in the audit log.
  private static func note(
    _ kind: String, _ declaration: A2PDeclaration, _ caller: Caller, _ transaction: Transaction
  ) async throws {
    try await AuditLog.append(
      kind: kind, subject: declaration.id.text, actor: caller.principal, merchant: caller.merchant,
      transaction
    ) { .object(declaration.payload($0)) }
  }

  private static var noSuchDeclaration: RPCError {
    RPCError(.notFound, "there is no such declaration")
  }
}
