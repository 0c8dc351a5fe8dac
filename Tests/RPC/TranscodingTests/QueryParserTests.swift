import Testing

@testable import Transcoding

@Suite struct QueryParserTests {
  @Test(arguments: [
    ("", []), ("a=1", [["a", "1"]]), ("a=1&a=2", [["a", "1"], ["a", "2"]]), ("a", [["a", ""]]),
    ("a=", [["a", ""]]), ("a=b=c", [["a", "b=c"]]), ("a=x+y%2Bz", [["a", "x y+z"]]),
    ("a%2Eb=%41", [["a.b", "A"]]), ("&&a=1&", [["a", "1"]]), ("a=1,2", [["a", "1,2"]]),
    ("q=%E0%A4%B9", [["q", "ह"]]),
  ])
  func `a query is split, then decoded`(query: String, pairs: [[String]]) throws {
    let found = try QueryParser.pairs(Array(query.utf8)[...], limit: 10)
    #expect(found.map { [$0.key, $0.value] } == pairs)
  }

  @Test(arguments: [
    ("a=%", QueryParser.Failure.badEscape(position: 1)), ("a=1&b=%4", .badEscape(position: 2)),
    ("a=%ff", .notText(position: 1)), ("a=%00", .notText(position: 1)),
    ("a&b&c&d", .tooManyPairs(limit: 3)),
  ])
  func `a query that is not text is refused by position`(
    query: String, failure: QueryParser.Failure
  ) {
    #expect(throws: failure) {
      try QueryParser.pairs(Array(query.utf8)[...], limit: 3)
    }
  }
}
