import Domain
import Protobuf
import RPCCore
import Schema
import Testing
import VoiceAPI

@Suite struct TemplateVariablesTests {
  private typealias Variable = TemplateVariables.Declaration

  @Test(
    arguments: [
      ("", .string, true), ("anything", .unspecified, true),
      (String(repeating: "x", count: 1_000), .string, true),
      (String(repeating: "x", count: 1_001), .string, false),
      (String(repeating: "नि", count: 500), .string, true),
      (String(repeating: "नि", count: 501), .string, false),
      ("a" + String(repeating: "\u{301}", count: 1_000), .string, false),
      ("0", .number, true), ("-12", .number, true), ("3.50", .number, true),
      ("123456789012345.123456789", .number, true), ("1234567890123456", .number, false),
      ("", .number, false), ("-", .number, false), ("1.", .number, false), (".5", .number, false),
      ("1e3", .number, false), ("1,000", .number, false), ("१२", .number, false),
      ("--1", .number, false), ("1.2.3", .number, false),
      ("true", .boolean, true), ("false", .boolean, true), ("True", .boolean, false),
      ("1", .boolean, false),
      ("2026-11-28", .date, true), ("2024-02-29", .date, true), ("2025-02-29", .date, false),
      ("2026-13-01", .date, false), ("2026-11-31", .date, false), ("28-11-2026", .date, false),
      ("2026-1-01", .date, false), ("2026-11-28T00:00:00Z", .date, false), ("", .date, false),
    ] as [(String, TemplateVariables.Declaration.Type_, Bool)])
  func `a value is of its variable's type or has a fault`(
    value: String, type: TemplateVariables.Declaration.Type_, isGood: Bool
  ) {
    #expect((TemplateVariables.fault(of: value, as: type) == nil) == isGood)
  }

  @Test(arguments: [
    ("a", true), ("_", true), ("customer_name2", true), ("", false), ("2a", false),
    ("a-b", false), ("नाम", false), (String(repeating: "a", count: 65), false),
  ])
  func `names are what may stand in braces`(name: String, isGood: Bool) {
    #expect(TemplateVariables.isName(name) == isGood)
  }

  @Test func `all that is missing or ill-typed is told at once, by its path`() throws {
    let declared: [Variable] = [
      .with {
        $0.name = "name"
        $0.required = true
      },
      .with {
        $0.name = "amount"
        $0.type = .number
      },
      .with {
        $0.name = "due"
        $0.type = .date
        $0.defaultValue = "2026-11-28"
      },
    ]
    var violations = FieldViolations()
    TemplateVariables.check(
      ["amount": "ten", "other": "x"], against: declared, path: "call.variables", &violations)
    let error = #expect(throws: RPCError.self) { try violations.throwIfAny() }
    let detail = try #require(error?.details.first)
    let fields = try Google.Rpc.BadRequest(serializedBytes: detail.value).fieldViolations
    #expect(fields.map(\.field) == ["call.variables.name", "call.variables.amount"])
    #expect(!"\(fields)".contains("ten"))
  }

  @Test func `defaults stand in for values that are not given`() {
    let declared: [Variable] = [
      .with {
        $0.name = "due"
        $0.defaultValue = "today"
      },
      .with { $0.name = "name" },
    ]
    #expect(TemplateVariables.completed([:], declared) == ["due": "today"])
    #expect(TemplateVariables.completed(["due": "", "x": "y"], declared) == ["due": "", "x": "y"])
  }
}
