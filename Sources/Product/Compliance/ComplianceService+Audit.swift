internal import Domain
internal import Postgres
internal import Protobuf
package import RPCCore
internal import TransparencyLog
package import VoiceAPI

extension ComplianceService {
  package func listAuditEntries(
    _ request: V1.ListAuditEntriesRequest, _ context: RPCContext
  ) async throws -> V1.ListAuditEntriesResponse {
    let caller = try context.caller()
    let order = try Self.order(request.orderBy)
    guard let range = AuditEpoch.positions(of: request.epoch) else {
      throw Self.noSuchLog
    }
    let arguments = [
      caller.merchant.text, "audit-entries", "\(request.epoch)", request.subject, order.rawValue,
    ]
    let page = try await tokens.page(
      request.pageSize, request.pageToken, of: arguments,
      cursor: { "\(AuditEpoch(merchant: caller.merchant, number: $0.epoch).position($0.index))" }
    ) { cursor, limit in
      try await AuditStore.page(
        of: request.subject, order, in: order.rest(of: range, behind: cursor.flatMap { Int64($0) }),
        limit: limit, merchant: caller.merchant, reader(caller))
    }
    return .with {
      $0.entries = page.entries
      $0.nextPageToken = page.next
    }
  }

  package func listAuditLogs(
    _ request: V1.ListAuditLogsRequest, _ context: RPCContext
  ) async throws -> V1.ListAuditLogsResponse {
    let caller = try context.caller()
    let arguments = [caller.merchant.text, "audit-logs"]
    let page = try await tokens.page(
      request.pageSize, request.pageToken, of: arguments,
      cursor: { (log: V1.AuditLog) in "\(log.epoch)" }
    ) { cursor, limit in
      let last = cursor.flatMap { Int64($0) } ?? 0
      let starts = try await AuditEpochStore.starts(
        after: max(last, 1), limit: limit, of: caller.merchant, reader(caller))
      let first = AuditEpoch(merchant: caller.merchant, number: 1)
      return (last == 0 ? [log(first)] : []) + starts.map { log($0.epoch, $0) }
    }
    return .with {
      $0.logs = page.entries
      $0.nextPageToken = page.next
    }
  }

  private func log(_ epoch: AuditEpoch, _ start: AuditEpochStart? = nil) -> V1.AuditLog {
    .with {
      $0.epoch = epoch.number
      $0.origin = epoch.name
      $0.beginTime = start?.time.timestamp
      $0.previousEpoch = start?.before.number ?? 0
      $0.previousSize = start?.size ?? 0
      $0.previousRootHash = start?.root.bytes ?? []
      $0.followsLoss = start.map { !$0.isContinuous } ?? false
    }
  }

  package func getAuditCheckpoint(
    _ request: V1.GetAuditCheckpointRequest, _ context: RPCContext
  ) async throws -> V1.AuditCheckpoint {
    let caller = try context.caller()
    let current = try await AuditEpochStore.current(of: caller.merchant, reader(caller))
    let asked = AuditEpoch(merchant: caller.merchant, number: request.epoch)
    let isCurrent = request.epoch == 0 || asked == current
    var signed = isCurrent ? try await signer.checkpoint(caller.merchant) : nil
    // Another may have followed it since.
    if request.epoch != 0, signed?.epoch != asked { signed = try await signer.checkpoint(asked) }
    guard let signed else { throw Self.noSuchLog }
    return .with {
      $0.note = signed.note
      $0.epoch = signed.epoch.number
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
    let index = request.index
    return try await transaction(caller) { transaction in
      let (epoch, last) = try await Self.log(request.epoch, of: caller.merchant, transaction)
      let size = request.treeSize == 0 ? last : request.treeSize
      guard (0...last).contains(size) else { throw Self.noSuchTree("treeSize", last) }
      guard (0..<size).contains(index) else {
        throw RPCError(.notFound, "index: the log of \(size) entries has no such entry")
      }
      let found = try await AuditStore.page(after: index - 1, limit: 1, in: epoch, transaction)
      let hashes = try await AuditStore.proof(
        MerkleSpan.inclusion(of: index, in: size), in: epoch, transaction)
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
    return try await transaction(caller) { transaction in
      let (epoch, last) = try await Self.log(request.epoch, of: caller.merchant, transaction)
      let size = request.toSize == 0 ? last : request.toSize
      guard (0...last).contains(size) else { throw Self.noSuchTree("toSize", last) }
      guard (0...size).contains(request.fromSize) else {
        throw Self.noSuchTree("fromSize", size)
      }
      let hashes = try await AuditStore.proof(
        MerkleSpan.consistency(from: request.fromSize, to: size), in: epoch, transaction)
      return .with {
        $0.fromSize = request.fromSize
        $0.toSize = size
        $0.hashes = hashes.map(\.bytes)
      }
    }
  }

  /// The log of an epoch, the current one for 0, and how many entries are in its tree.
  private static func log(
    _ number: Int64, of merchant: MerchantID, _ transaction: Transaction
  ) async throws -> (AuditEpoch, size: Int64) {
    let (current, tree) = try await AuditStore.end(of: merchant, transaction)
    if number == 0 || number == current.number { return (current, tree.size) }
    let asked = AuditEpoch(merchant: merchant, number: number)
    guard let next = try await AuditEpochStore.follower(of: asked, transaction) else {
      throw noSuchLog
    }
    return (next.before, next.size)
  }

  private static let noSuchLog = RPCError(.notFound, "epoch: there is no such audit log")

  private static func order(_ text: String) throws -> AuditOrder {
    let order = AuditOrder(text)
    var violations = FieldViolations()
    violations.require(order != nil, "orderBy", "must be index or index desc")
    try violations.throwIfAny()
    return order ?? .oldestFirst
  }

  private static func noSuchTree(_ field: String, _ size: Int64) -> any Error {
    RPCError(.outOfRange, "\(field): must be 0 to \(size), the entries there are")
  }
}
