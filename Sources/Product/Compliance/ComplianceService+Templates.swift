internal import Buffers
internal import Domain
internal import Postgres
internal import Protobuf
package import RPCCore
package import Schema
package import VoiceAPI

/// What the operators' DLT platforms approved that agents say.
extension ComplianceService {
  package func createCallTemplate(
    _ request: V1.CreateCallTemplateRequest, _ context: RPCContext
  ) async throws -> V1.CallTemplate {
    let caller = try context.caller()
    let now = now()
    let record = try CallTemplateRecord(checking: request.template ?? V1.CallTemplate(), at: now)
    do {
      return try await transaction(caller) { transaction in
        try await Idempotency.once(
          transaction, caller, method: "CreateCallTemplate", requestID: request.requestId,
          request: request
        ) {
          try await CallTemplateStore.insert(record, merchant: caller.merchant, transaction)
          try await Self.note("template.registered", record, caller, transaction)
          return record.proto(now: now)
        }
      }
    } catch let error as PostgresError where error.isUniqueViolation("call_templates_by_dlt_id") {
      throw RPCError(
        .alreadyExists, "template.dltTemplateId: a template of this id is registered")
    }
  }

  package func getCallTemplate(
    _ request: V1.GetCallTemplateRequest, _ context: RPCContext
  ) async throws -> V1.CallTemplate {
    let caller = try context.caller()
    guard let id = CallTemplateID(request.templateId),
      let record = try await CallTemplateStore.find(
        id, merchant: caller.merchant, reader(caller))
    else { throw Self.noSuchTemplate }
    return record.proto(now: now())
  }

  package func listCallTemplates(
    _ request: V1.ListCallTemplatesRequest, _ context: RPCContext
  ) async throws -> V1.ListCallTemplatesResponse {
    let caller = try context.caller()
    let now = now()
    let page = try await tokens.page(
      request.pageSize, request.pageToken, of: [caller.merchant.text, "call-templates"],
      cursor: { $0.templateId }
    ) { cursor, limit in
      try await CallTemplateStore.page(
        after: cursor, limit: limit, merchant: caller.merchant, reader(caller)
      ).map { $0.proto(now: now) }
    }
    return .with {
      $0.templates = page.entries
      $0.nextPageToken = page.next
    }
  }

  package func deleteCallTemplate(
    _ request: V1.DeleteCallTemplateRequest, _ context: RPCContext
  ) async throws -> Google.Protobuf.Empty {
    let caller = try context.caller()
    guard let id = CallTemplateID(request.templateId) else { throw Self.noSuchTemplate }
    return try await transaction(caller) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "DeleteCallTemplate", requestID: request.requestId,
        request: request
      ) {
        guard
          let record = try await CallTemplateStore.find(
            id, merchant: caller.merchant, transaction),
          try await CallTemplateStore.delete(
            id, at: now(), merchant: caller.merchant, transaction)
        else { throw Self.noSuchTemplate }
        try await Self.note("template.deleted", record, caller, transaction)
        return Google.Protobuf.Empty()
      }
    }
  }

  /// Leaves an entry in the audit log; the words as a digest, which the merchant can prove.
  private static func note(
    _ kind: String, _ record: CallTemplateRecord, _ caller: Caller, _ transaction: Transaction
  ) async throws {
    try await AuditLog.append(
      kind: kind, subject: record.id.text, actor: caller.principal, merchant: caller.merchant,
      transaction
    ) { digest in
      var template = record.template
      template.content = digest(template.content)
      template.headers = template.headers.map { digest($0) }
      return .object(["template": try JSONValue(parsing: try template.json())])
    }
  }

  private static var noSuchTemplate: RPCError {
    RPCError(.notFound, "there is no such template")
  }
}
