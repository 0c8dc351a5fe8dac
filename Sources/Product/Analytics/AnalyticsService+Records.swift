internal import Domain
internal import Postgres
internal import Protobuf
package import RPCCore
package import Schema
package import VoiceAPI

/// Call detail records as a file.
extension AnalyticsService {
  /// Most calls of one file.
  static let recordLimit = 10_000
  /// Calls that are read at a time: some milliseconds of a loop.
  private static let recordBatch = 500

  package func exportCallRecords(
    _ request: V1.ExportCallRecordsRequest, _ context: RPCContext
  ) async throws -> Google.Api.HttpBody {
    let caller = try context.caller()
    var violations = FieldViolations()
    let span = ReportSpan(request, &violations)
    violations.require(
      [.unspecified, .csv, .ndjson].contains(request.format), "format", "must be CSV or NDJSON")
    let agent = agent(request.agentId, &violations)
    try violations.throwIfAny()
    guard caller.role >= .admin || !request.fullNumbers else {
      throw AccessRefusal.error("fullNumbers: whole numbers are for admins and owners")
    }
    let database = pool.autocommit(.merchant(caller.merchant.text))
    try await require(agent, of: caller.merchant, database)
    let isCSV = request.format != .ndjson
    let data = try await records(
      in: span, of: caller.merchant, agent: agent, isCSV: isCSV, hasFullNumbers: request.fullNumbers
    )
    if request.fullNumbers {
      // Committed before anything is answered: nobody has what is not written down.
      try await pool.transaction(tenant: .merchant(caller.merchant.text)) {
        try await CallRecordStore.noteExport(by: caller.principal, of: caller.merchant, $0)
      }
    }
    return .with {
      $0.contentType = isCSV ? "text/csv; charset=utf-8" : "application/x-ndjson"
      $0.data = data
    }
  }

  /// The file's bytes. Throws `outOfRange` when the span has too many calls.
  private func records(
    in span: ReportSpan, of merchant: MerchantID, agent: AgentID?, isCSV: Bool, hasFullNumbers: Bool
  ) async throws -> [UInt8] {
    var data = isCSV ? Array(CallDetailRecord.csvHead.utf8) : []
    var (cursor, count) = ("", 0)
    while true {
      let page = try await CallRecordStore.page(
        in: span, of: merchant, agent: agent, after: cursor, limit: Self.recordBatch,
        hasFullNumbers: hasFullNumbers, pool.autocommit(.merchant(merchant.text)))
      count += page.count
      guard count <= Self.recordLimit else {
        throw RPCError(
          .outOfRange,
          "the span has more than \(Self.recordLimit) calls; ask for a shorter one")
      }
      for (_, record) in page { data += isCSV ? Array(record.csv.utf8) : record.json }
      guard page.count == Self.recordBatch, let last = page.last else { return data }
      cursor = last.call
    }
  }
}
