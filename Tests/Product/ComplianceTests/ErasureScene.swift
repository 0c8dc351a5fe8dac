import Buffers
import Domain
import Postgres
import Protobuf
import Testing
import VoiceAPI

@testable import Compliance
@testable import Jobs

/// Erasures, asked for and carried out.
extension ComplianceScene {
  func erase(
    _ number: String = "+919876500001", reason: String = "", requestID: String = "",
    _ change: (inout V1.CreateErasureRequest) -> Void = { _ in }
  ) async throws -> V1.Erasure {
    try await service.createErasure(
      .with {
        $0.phoneNumber = number
        $0.reason = reason
        $0.requestId = requestID
        change(&$0)
      }, context())
  }

  func erasure(_ erasure: V1.Erasure) async throws -> V1.Erasure {
    try await service.getErasure(.with { $0.erasureId = erasure.erasureId }, context())
  }

  /// One attempt of an erasure's job.
  func run(_ erasure: V1.Erasure) async throws -> Duration? {
    try await eraser.run(try #require(ErasureID(erasure.erasureId)))
  }

  /// Carries the only job out as its handler would at an attempt.
  func work(attempt: Int) async throws {
    let row = try #require(
      try await system {
        try await $0.query("SELECT job_id, kind, payload, max_attempts FROM jobs").first
      })
    let job = Job(
      id: try row.decode("job_id"), kind: try row.decode("kind"),
      payload: try row.decode("payload"), attempt: attempt,
      maxAttempts: try row.decode("max_attempts"), waited: .zero, leaseID: 1)
    #expect(job.kind == eraser.handler.kind)
    try await eraser.handler.run(job)
  }

  func person(_ owner: MerchantID? = nil) -> PretendCalls.Person {
    PretendCalls.Person(
      merchant: owner ?? merchant, number: PhoneNumber("+919876500001")!)
  }

  func consent(_ number: String, by owner: MerchantID) async throws -> V1.Consent {
    try await service.createConsent(
      .with {
        $0.consent = .with {
          $0.phoneNumber = number
          $0.basis = .explicit
          $0.purposes = [.service]
          $0.grantTime = (clock.now - .seconds(60)).timestamp
        }
      }, context(owner))
  }

  @discardableResult
  func system<Result: Sendable>(
    _ body: (Transaction) async throws -> Result
  ) async throws -> Result {
    try await pool.transaction(tenant: .system) { try await body($0) }
  }

  /// The tables that have a text in some row, as text or as bytes.
  func occurrences(of text: String) async throws -> [String] {
    try await system { transaction in
      var found: [String] = []
      let tables = try await transaction.query(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
      let hex = Hex.encode(Array(text.utf8))
      for table in tables {
        let name: String = try table.decode("table_name")
        let rows = try await transaction.query(
          """
          SELECT 1 AS one FROM \(unsafeSQL: name) AS row WHERE row::text LIKE \("%\(text)%")
            OR row::text LIKE \("%\(hex)%") LIMIT 1
          """)
        if !rows.isEmpty { found.append(name) }
      }
      return found
    }
  }
}
