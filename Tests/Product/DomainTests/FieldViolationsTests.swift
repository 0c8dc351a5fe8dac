import Domain
import Protobuf
import RPCCore
import Schema
import Testing

@Suite struct FieldViolationsTests {
  private func told(
    _ violations: FieldViolations
  ) throws -> (message: String, all: [Google.Rpc.BadRequest.FieldViolation]) {
    let error = #expect(throws: RPCError.self) { try violations.throwIfAny() }
    let detail = try #require(error?.details.first)
    let badRequest = try Google.Rpc.BadRequest(serializedBytes: detail.value)
    return (error?.message ?? "", badRequest.fieldViolations)
  }

  @Test func `the first hundred are told, and the others counted without a sentence`() throws {
    var violations = FieldViolations()
    var sentences = 0
    func sentence() -> String {
      sentences += 1
      return "is wrong"
    }
    for index in 0..<1_000 {
      violations.add("list[\(index)]", sentence())
      violations.require(false, "map[\(index)]", sentence())
      violations.require(true, "good[\(index)]", sentence())
    }
    let (message, all) = try told(violations)
    #expect(message == "list[0]: is wrong (and 1999 more)")
    #expect(all.count == FieldViolations.limit && sentences == FieldViolations.limit)
    #expect(all.last?.field == "map[49]")
  }

  @Test func `a path that is as long as the request is cut`() throws {
    var violations = FieldViolations()
    violations.add(String(repeating: "न", count: 1_000_000), "is wrong")
    violations.add("name", "a" + String(repeating: "\u{301}", count: 1_000_000))
    let all = try told(violations).all
    #expect(all[0].field.utf8.count < 2_048 && all[1].description.utf8.count < 2_048)
    #expect(all[1].field == "name")
  }

  @Test func `nothing noted is nothing thrown`() throws {
    try FieldViolations().throwIfAny()
  }

  @Test(arguments: [
    ("", 0), ("abc", 3), ("नमस्ते", 6), ("नि", 2), ("e\u{301}", 2), ("👨‍👩‍👧", 5),
    ("a" + String(repeating: "\u{301}", count: 1_000), 1_001),
  ])
  func `characters are counted as the database counts them`(text: String, count: Int) {
    #expect(text.codePointCount == count)
  }
}
