internal import Domain
internal import Protobuf
package import RPCCore
internal import TransparencyLog
package import VoiceAPI

extension ComplianceService {
  package func listAuditEntries(
    _ request: V1.ListAuditEntriesRequest, _ context: RPCContext
  ) async throws -> V1.ListAuditEntriesResponse {
    let caller = try context.caller()
    let arguments = [caller.merchant.text, "audit-entries", request.subject]
    let page = try await tokens.page(
      request.pageSize, request.pageToken, of: arguments, cursor: { "\($0.index)" }
    ) { cursor, limit in
      try await AuditStore.page(
        of: request.subject, after: cursor.flatMap { Int64($0) } ?? -1, limit: limit,
        merchant: caller.merchant, reader(caller))
    }
    return .with {
      $0.entries = page.entries
      $0.nextPageToken = page.next
    }
  }

  package func getAuditCheckpoint(
    _ request: V1.GetAuditCheckpointRequest, _ context: RPCContext
  ) async throws -> V1.AuditCheckpoint {
    let signed = try await signer.checkpoint(try context.caller().merchant)
    return .with {
      $0.note = signed.note
      $0.origin = signed.checkpoint.origin
      $0.size = signed.checkpoint.size
      $0.rootHash = signed.checkpoint.root.bytes
      $0.verifierKey = signed.verifier.description
    }
  }

  package func getAuditEntry(
    _ request: V1.GetAuditEntryRequest, _ context: RPCContext
  ) async throws -> V1.GetAuditEntryResponse {
    let caller = try context.caller()
    let (index, merchant) = (request.index, caller.merchant)
    return try await transaction(caller) { transaction in
      let last = try await AuditStore.tree(of: merchant, transaction)?.size ?? 0
      let size = request.treeSize == 0 ? last : request.treeSize
      guard (0...last).contains(size) else { throw Self.noSuchTree("treeSize", last) }
      guard (0..<size).contains(index) else {
        throw RPCError(.notFound, "index: the log of \(size) entries has no such entry")
      }
      let found = try await AuditStore.page(
        of: "", after: index - 1, limit: 1, merchant: merchant, transaction)
      let hashes = try await AuditStore.proof(
        MerkleSpan.inclusion(of: index, in: size), merchant, transaction)
      return .with {
        $0.entry = found.first
        $0.treeSize = size
        $0.hashes = hashes.map(\.bytes)
      }
    }
  }

  package func getAuditConsistency(
    _ request: V1.GetAuditConsistencyRequest, _ context: RPCContext
  ) async throws -> V1.AuditConsistency {
    let caller = try context.caller()
    let merchant = caller.merchant
    return try await transaction(caller) { transaction in
      let last = try await AuditStore.tree(of: merchant, transaction)?.size ?? 0
      let size = request.toSize == 0 ? last : request.toSize
      guard (0...last).contains(size) else { throw Self.noSuchTree("toSize", last) }
      guard (0...size).contains(request.fromSize) else {
        throw Self.noSuchTree("fromSize", size)
      }
      let hashes = try await AuditStore.proof(
        MerkleSpan.consistency(from: request.fromSize, to: size), merchant, transaction)
      return .with {
        $0.fromSize = request.fromSize
        $0.toSize = size
        $0.hashes = hashes.map(\.bytes)
      }
    }
  }

  private static func noSuchTree(_ field: String, _ size: Int64) -> any Error {
    RPCError(.outOfRange, "\(field): must be 0 to \(size), the entries there are")
  }
}
