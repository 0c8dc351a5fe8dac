import Agents
import Buffers
import Domain
import Postgres
import Protobuf
import RPCCore
import Schema
import Testing
import VoiceAPI

@testable import Analytics

@Suite struct CallRecordTests {
  typealias V1 = Payaid.Voice.V1

  // MARK: Lines

  private func line(_ cells: [String: CallDetailRecord.Cell]) -> [String] {
    var text = CallDetailRecord(cells: cells).csv
    #expect(text.removeLast() == "\n")
    return text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  private func cell(_ name: String) throws -> Int {
    try #require(CallDetailRecord.columns.firstIndex(of: name))
  }

  @Test(
    arguments: [
      ("plain", "plain"), ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"),
      ("@SUM(A1)", "'@SUM(A1)"),
      ("\tx", "'\tx"), ("a\"b", "\"a\"\"b\""), ("=\"x\"", "\"'=\"\"x\"\"\""), ("a=1", "a=1"),
      ("line\nbreak", "\"line\nbreak\""), ("\r=1", "\"'\r=1\""), ("", ""), ("हाँ", "हाँ"),
    ])
  func `a text is no formula, and ends no cell`(text: String, csv: String) throws {
    let found = line(["hangup_cause": .text(text)])
    #expect(found.count == CallDetailRecord.columns.count)
    #expect(try found[cell("hangup_cause")] == csv)
  }

  @Test func `a comma is within its cell, and a number of a phone stays as it is`() throws {
    let text = CallDetailRecord(cells: [
      "call_id": .text("a,b"), "called_number": .phone("+919876543210"), "cost_paise": .number(-3),
    ]).csv
    #expect(text.hasPrefix("1,\"a,b\",,"))
    #expect(text.contains(",+919876543210,") && text.contains(",-3,INR,"))
  }

  @Test func `every cell has its column, in both forms`() throws {
    let cells = Dictionary(
      uniqueKeysWithValues: CallDetailRecord.columns.map { ($0, CallDetailRecord.Cell.text("=x")) })
    let record = CallDetailRecord(cells: cells)
    #expect(record.csv.split(separator: ",").count == CallDetailRecord.columns.count)
    let json = try JSONValue(parsing: Array(record.json.dropLast()))
    for name in CallDetailRecord.columns { #expect(json[name]?.stringValue == "=x", "\(name)") }
    #expect(record.json.last == UInt8(ascii: "\n"))
  }

  @Test(arguments: [("+919876543210", "+9198******10"), ("+918047120001", "+9180******01")])
  func `a masked number shows four digits of ten`(number: String, masked: String) throws {
    #expect(CallDetailRecord.masked(try #require(PhoneNumber(number))) == masked)
  }

  // MARK: Spans

  @Test(
    arguments: [
      (nil, 0, ["startTime"]), (0, nil, ["endTime"]), (nil, nil, ["startTime", "endTime"]),
      (0, 0, ["endTime"]), (1, 0, ["endTime"]), (0, 31 * 86_400, []),
      (0, 31 * 86_400 + 1, ["endTime"]), (-99_999_999_999_999, 0, ["startTime"]),
    ] as [(Int64?, Int64?, [String])])
  func `a span has two ends and thirty-one days at most`(
    start: Int64?, end: Int64?, fields: [String]
  ) {
    var violations = FieldViolations()
    let request = V1.ExportCallRecordsRequest.with {
      $0.startTime = start.map { seconds in .with { $0.seconds = seconds } }
      $0.endTime = end.map { seconds in .with { $0.seconds = seconds } }
    }
    _ = ReportSpan(request, &violations)
    do {
      try violations.throwIfAny()
      #expect(fields.isEmpty)
    } catch {
      #expect(fields.first.map { "\(error)".contains($0) } == true, "\(error)")
    }
  }

  // MARK: Files

  @Test func `a file has the calls of its span, oldest first, and no other merchant's`()
    async throws
  {
    let scene = try await AnalyticsScene.make()
    let stranger = try await scene.agent("X", of: scene.rival)
    try await scene.add("completed", daysAgo: 3, seconds: 61, cost: 1_234_567)
    try await scene.add("failed", daysAgo: 2)
    try await scene.add("queued", daysAgo: 1)
    try await scene.add("completed", daysAgo: 40)
    try await scene.add("completed", daysAgo: 2, agent: stranger, merchant: scene.rival)
    let rows = try await scene.file(days: 10)
    #expect(rows[0] == CallDetailRecord.columns && rows.count == 4)
    #expect(rows.allSatisfy { $0.count == CallDetailRecord.columns.count })
    #expect(
      try rows.dropFirst().map { $0[try cell("status")] } == ["COMPLETED", "FAILED", "QUEUED"])
    #expect(try rows[1][cell("cost_paise")] == "123")
    #expect(try rows[1][cell("called_number")] == "+9198******01")
    #expect(try rows[1][cell("called_kind")] == "SUBSCRIBER")
    #expect(try rows[1][cell("direction")] == "OUTBOUND")
    #expect(try rows[1][cell("agent_id")] == scene.asha.text)
    #expect(try rows[3][cell("ended_at")] == "" && rows[3][cell("talk_seconds")] == "")
    #expect(
      try await scene.file(days: 10, full: true)[1][try cell("called_number")] == "+919876500001")
    await scene.pool.close()
  }

  @Test func `a record has the last verdict, the entry of its end, and how long it rang`()
    async throws
  {
    let scene = try await AnalyticsScene.make()
    try await scene.add("completed", daysAgo: 1, seconds: 30)
    let decision = DecisionID()
    try await scene.pool.transaction(tenant: .system) { transaction in
      try await transaction.execute(
        """
        UPDATE calls SET dial_time = create_time, answer_time = create_time + interval '12.9 s',
          caller_id = '+911600123456', carrier_id = '=cmd()', end_reason = 'caller_hung_up'
        """)
      for (id, results, age) in [
        (DecisionID(), #"[{"rule": "A", "outcome": "PASS"}]"#, 60),
        (
          decision,
          #"[{"rule": "CALLING_HOURS", "outcome": "FAIL"}, {"rule": "B", "outcome": "FAIL"}]"#, 1
        ),
      ] {
        try await transaction.execute(
          """
          INSERT INTO decisions SELECT \(id.text), merchant_id, call_id, 'block', '1',
            jsonb_build_object('results', \(results)::jsonb), now() - make_interval(secs => \(age)::int)
          FROM calls
          """)
      }
      try await transaction.execute("INSERT INTO audit_logs SELECT merchant_id, 8 FROM calls")
      try await transaction.execute(
        """
        INSERT INTO audit_entries SELECT merchant_id, (2::bigint << 40) + 7, now(), 'call.ended', call_id, 'x',
          sha256('\\x0078'::bytea) FROM calls
        """)
      try await transaction.execute(
        "UPDATE call_metadata SET recording_url = 'r', recording_key = 'k'")
    }
    let row = try await scene.file(days: 2)[1]
    for (name, value) in [
      ("gate_decision_id", decision.text), ("gate_reason", "CALLING_HOURS"), ("audit_seq", "7"),
      ("audit_epoch", "3"),
      ("ring_seconds", "12"), ("talk_seconds", "30"), ("cli", "+911600123456"),
      ("cli_series", "1600"), ("provider_call_id", "'=cmd()"), ("hangup_cause", "caller_hung_up"),
      ("recording_id", row[try cell("call_id")]), ("dnd_status", "NOT_ASKED"),
      ("tenant_id", scene.merchant.text), ("currency", "INR"), ("cdr_version", "1"),
    ] {
      #expect(try row[cell(name)] == value, "\(name)")
    }
    #expect(try row[cell("queued_at")].hasSuffix("Z"))
    let lines = try await scene.lines(days: 2)
    #expect(lines.count == 1 && lines[0]["ring_seconds"]?.int64Value == 12)
    #expect(lines[0]["provider_call_id"]?.stringValue == "=cmd()")
    await scene.pool.close()
  }

  @Test func `an erased person is in no record`() async throws {
    let scene = try await AnalyticsScene.make()
    try await scene.add("completed", daysAgo: 1, seconds: 30)
    try await scene.pool.transaction(tenant: .system) {
      _ = try await $0.execute(
        "UPDATE calls SET phone_number = NULL, carrier_id = NULL, erase_time = now()")
    }
    let row = try await scene.file(days: 2, full: true)[1]
    #expect(try row[cell("called_number")] == "" && row[cell("called_kind")] == "")
    #expect(try row[cell("status")] == "COMPLETED")
    await scene.pool.close()
  }

  @Test func `a file with many calls is whole, and one with too many is refused`() async throws {
    let scene = try await AnalyticsScene.make()
    try await scene.addMany(AnalyticsService.recordLimit)
    let rows = try await scene.file(days: 1)
    #expect(rows.count == AnalyticsService.recordLimit + 1)
    #expect(Set(rows.dropFirst().map { $0[1] }).count == AnalyticsService.recordLimit)
    try await scene.add("completed", daysAgo: 0)
    #expect(await scene.code { try await scene.file(days: 1) } == .outOfRange)
    await scene.pool.close()
  }

  @Test func `whole numbers are for those who manage the account`() async throws {
    let scene = try await AnalyticsScene.make()
    let (user, session) = (UserID(), SessionID())
    for (credential, code) in [
      (.key(id: "k", scopes: []), nil),
      (.key(id: "k", scopes: ["analytics.read"]), .permissionDenied),
      (.user(user, .owner, session), nil), (.user(user, .admin, session), nil),
      (.user(user, .member, session), .permissionDenied),
      (.user(user, .viewer, session), .permissionDenied),
    ] as [(Caller.Credential, StatusCode?)] {
      let found = await scene.code { try await scene.export(days: 1, full: true, by: credential) }
      #expect(found == code, "\(credential)")
      #expect(await scene.code { try await scene.export(days: 1, by: credential) } == nil)
    }
    let noted = try await scene.pool.transaction(tenant: .system) { transaction in
      try await transaction.query("SELECT kind, subject FROM audit_inbox ORDER BY position").map {
        (try $0.decode("kind", as: String.self), try $0.decode("subject", as: String.self))
      }
    }
    #expect(noted.map(\.0) == Array(repeating: "records.exported", count: 3))
    #expect(noted.map(\.1) == ["k", user.text, user.text])
    await scene.pool.close()
  }
}

extension AnalyticsScene {
  fileprivate func export(
    days: Int64, full: Bool = false, format: V1.ExportCallRecordsRequest.Format = .csv,
    by credential: Caller.Credential = .key(id: "key_test", scopes: [])
  ) async throws -> Google.Api.HttpBody {
    let context = RPCContext(
      method: MethodDescriptor(service: "test.Test", name: "Test", kind: .unary))
    context.identity = Caller(merchant: merchant, credential: credential)
    return try await service.exportCallRecords(
      .with {
        $0.startTime = (Self.now - .seconds(days * 86_400)).timestamp
        $0.endTime = Self.now.timestamp
        $0.format = format
        $0.fullNumbers = full
      }, context)
  }

  /// The lines of a CSV file whose cells hold no comma.
  fileprivate func file(days: Int64, full: Bool = false) async throws -> [[String]] {
    let body = try await export(days: days, full: full)
    #expect(body.contentType == "text/csv; charset=utf-8")
    return String(decoding: body.data, as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  fileprivate func lines(days: Int64) async throws -> [JSONValue] {
    let body = try await export(days: days, format: .ndjson)
    #expect(body.contentType == "application/x-ndjson")
    return try body.data.split(separator: UInt8(ascii: "\n")).map {
      try JSONValue(parsing: Array($0))
    }
  }

  /// Calls of the last hour.
  fileprivate func addMany(_ count: Int) async throws {
    let first = CallID(milliseconds: (Self.now - .seconds(3_600)).milliseconds).text.prefix(15)
    try await pool.transaction(tenant: .system) {
      _ = try await $0.execute(
        """
        INSERT INTO calls (call_id, merchant_id, agent_id, direction, phone_number, language, state,
          previous_state, create_time, end_time)
        SELECT \(String(first)) || lpad(n::text, 16, '0'), \(merchant.text), \(asha.text),
          'outbound', '+919876500001', 'hi', 'completed', 'in_progress',
          \(Self.now - .seconds(3_600)), \(Self.now) FROM generate_series(1, \(count)::int) AS n
        """)
    }
  }
}
