internal import Domain
internal import Postgres
internal import Protobuf
package import RPCCore
package import VoiceAPI

/// People who are erased.
extension ComplianceService {
  package func createErasure(
    _ request: V1.CreateErasureRequest, _ context: RPCContext
  ) async throws -> V1.Erasure {
    let caller = try context.caller()
    let checked = try ErasureRules.checked(request, at: now())
    return try await transaction(caller) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "CreateErasure", requestID: request.requestId,
        request: request, seal: numbers.seal
      ) {
        try await begin(checked, caller, transaction)
      }
    }
  }

  package func getErasure(
    _ request: V1.GetErasureRequest, _ context: RPCContext
  ) async throws -> V1.Erasure {
    let caller = try context.caller()
    guard let id = ErasureID(request.erasureId),
      let record = try await ErasureStore.find(id, reader(caller))
    else { throw RPCError(.notFound, "there is no such erasure") }
    return record.proto(try await ErasureStore.kept(of: [id], reader(caller))[id] ?? [])
  }

  package func listErasures(
    _ request: V1.ListErasuresRequest, _ context: RPCContext
  ) async throws -> V1.ListErasuresResponse {
    let caller = try context.caller()
    let page = try await tokens.page(
      request.pageSize, request.pageToken, of: [caller.merchant.text, "erasures"],
      cursor: { $0.id.text }
    ) { cursor, limit in
      try await ErasureStore.page(
        after: cursor, limit: limit, merchant: caller.merchant, reader(caller))
    }
    let kept = try await ErasureStore.kept(of: page.entries.map(\.id), reader(caller))
    return .with {
      $0.erasures = page.entries.map { $0.proto(kept[$0.id] ?? []) }
      $0.nextPageToken = page.next
    }
  }

  /// Begins an erasure, or joins the one that is under way; the gate knows of it from here on.
  private func begin(
    _ request: ErasureRules.Checked, _ caller: Caller, _ transaction: Transaction
  ) async throws -> V1.Erasure {
    let (id, merchant) = (ErasureID(), caller.merchant)
    let digest = numbers.digest(request.number, of: merchant)
    try await NumberLock.take(request.number, merchant, transaction)
    if let other = try await ErasureStore.lockUnderWay(digest, merchant, transaction) {
      return try await join(other, request.terms, caller, transaction)
    }
    // By the time that the lock was had: what was given before it is erased, what comes later counts.
    let now = now()
    let inserted = try await ErasureStore.insert(
      id, request, digest: digest, sealed: try numbers.close(request.number, in: id), at: now,
      merchant: merchant, transaction)
    guard let inserted else {
      throw RPCError(.aborted, "the number's erasure began just now; try again")
    }
    try await ErasedNumberStore.insert(digest, at: now, merchant, transaction)
    try await Eraser.enqueue(id, transaction)
    try await ErasureNews.created(inserted, caller, transaction)
    return inserted.proto([])
  }

  /// What is not erased yet is kept as a later request wants it, too.
  private func join(
    _ other: ErasureRecord, _ terms: KeepingTerms, _ caller: Caller, _ transaction: Transaction
  ) async throws -> V1.Erasure {
    // A job that died is taken up again.
    try await Eraser.enqueue(other.id, transaction)
    let extended = try await ErasureStore.extend(other.id, to: terms, transaction)
    if let extended { try await ErasureNews.extended(extended, caller, transaction) }
    let kept = try await ErasureStore.kept(of: [other.id], transaction)[other.id] ?? []
    return (extended ?? other).proto(kept)
  }
}
