import Testing

@testable import Transcoding

@Suite struct PathTemplateTests {
  @Test(
    arguments: [
      ("/v1/agents", [PathTemplate.Segment.literal("v1"), .literal("agents")], nil),
      ("/v1/{name=agents/*}", [.literal("v1"), .literal("agents"), .one], nil),
      ("/v1/{name=agents/*}:test", [.literal("v1"), .literal("agents"), .one], "test"),
      ("/v1/{id}", [.literal("v1"), .one], nil),
      ("/v1/*/x", [.literal("v1"), .one, .literal("x")], nil),
      ("/{path=**}", [.rest], nil),
      (
        "/v1/{name=a/*/b/**}:act", [.literal("v1"), .literal("a"), .one, .literal("b"), .rest],
        "act"
      ),
      ("/a%20b/c.d", [.literal("a b"), .literal("c.d")], nil),
      ("/openapi.json", [.literal("openapi.json")], nil),
    ] as [(String, [PathTemplate.Segment], String?)])
  func `a template is flattened into segments and a verb`(
    text: String, segments: [PathTemplate.Segment], verb: String?
  ) throws {
    let template = try PathTemplate(text)
    #expect(template.segments == segments)
    #expect(template.verb == verb)
  }

  @Test(arguments: [
    ("/v1/{name=agents/*}", "name", 1, 3 as Int?, true),
    ("/v1/{id}", "id", 1, 2, false),
    ("/v1/{agent.name=*}/x", "agent.name", 1, 2, false),
    ("/v1/{p=**}", "p", 1, nil, true),
  ])
  func `a variable knows its segments and whether it can hold a slash`(
    text: String, name: String, start: Int, end: Int?, isMulti: Bool
  ) throws {
    let variable = try #require(try PathTemplate(text).variables.first)
    #expect(variable.name == name)
    #expect(variable.start == start)
    #expect(variable.end == end)
    #expect(variable.isMultiSegment == isMulti)
  }

  @Test(arguments: [
    ("", 1), ("v1", 1), ("/", 2), ("/v1/", 5), ("/v1/{", 6), ("/v1/{}", 6), ("/v1/{a", 7),
    ("/v1/{a=", 8), ("/v1/{a=*", 9), ("/v1/{1a}", 6), ("/v1/{a..b}", 8), ("/v1/{a.}", 8),
    ("/v1/**/x", 8), ("/v1/{a=**}/b", 12), ("/v1/{a={b}}", 8), ("/v1/{a}/{a}", 9),
    ("/v1/{a}/{a.b}", 9), ("/v1/{a=b}", 5), ("/v1:", 5), ("/v1:a:b", 6), ("/v1:a/b", 6),
    ("/v1/***", 7), ("/v1/a*", 6), ("/v1/a b", 6), ("/v1/a?b", 6), ("/v1/%zz", 5), ("/v1/a=b", 6),
    ("/v1/{a}b", 8), ("//a", 2), ("/{a=**}/{b}", 9),
  ])
  func `a syntax error names its column`(text: String, column: Int) {
    #expect {
      _ = try PathTemplate(text)
    } throws: { error in
      (error as? TranscodingError)?.kind == .syntax(column: column)
    }
  }
}
