import Buffers
import Testing

@testable import Simulation

@Suite struct MetadataFilterTests {
  static let movie = """
    {"genre":["comedy","drama"],"year":2020,"title":"Rang","rating":4.5,"isNew":true}
    """

  static func filter(_ text: String) throws -> MetadataFilter {
    try MetadataFilter(JSONValue(parsing: text))
  }

  @Test(arguments: [
    ("{}", true), (#"{"year":2020}"#, true), (#"{"year":"2020"}"#, false),
    (#"{"year":{"$eq":2020.0}}"#, true), (#"{"year":{"$ne":2020}}"#, false),
    (#"{"gone":{"$ne":2020}}"#, true), (#"{"gone":{"$eq":2020}}"#, false),
    (#"{"genre":"drama"}"#, true), (#"{"genre":{"$eq":"horror"}}"#, false),
    (#"{"genre":{"$ne":"drama"}}"#, false), (#"{"isNew":true}"#, true),
    (#"{"isNew":{"$eq":false}}"#, false),
    (#"{"year":{"$gt":2019}}"#, true), (#"{"year":{"$gt":2020}}"#, false),
    (#"{"year":{"$gte":2020}}"#, true), (#"{"rating":{"$lt":4.5}}"#, false),
    (#"{"rating":{"$lte":4.5}}"#, true), (#"{"title":{"$gt":1}}"#, false),
    (#"{"gone":{"$lt":1}}"#, false), (#"{"year":{"$gt":2000,"$lt":2010}}"#, false),
    (#"{"genre":{"$in":["horror","drama"]}}"#, true), (#"{"year":{"$in":[1,2]}}"#, false),
    (#"{"year":{"$in":[]}}"#, false), (#"{"year":{"$nin":[]}}"#, true),
    (#"{"genre":{"$nin":["horror","drama"]}}"#, false), (#"{"gone":{"$nin":["x"]}}"#, true),
    (#"{"year":{"$exists":true}}"#, true), (#"{"year":{"$exists":false}}"#, false),
    (#"{"gone":{"$exists":false}}"#, true), (#"{"year":2020,"title":"Rang"}"#, true),
    (#"{"year":2020,"title":"Other"}"#, false),
    (#"{"$and":[{"year":2020},{"title":"Rang"}]}"#, true),
    (#"{"$and":[{"year":2020},{"title":"Other"}]}"#, false),
    (#"{"$or":[{"year":1},{"title":"Rang"}]}"#, true),
    (#"{"$or":[{"year":1},{"title":"Other"}]}"#, false),
    (#"{"$or":[{"$and":[{"year":2020},{"genre":"drama"}]},{"year":1}],"isNew":true}"#, true),
  ])
  func `a filter fits by its operators`(text: String, fits: Bool) throws {
    let metadata = try #require(JSONValue(parsing: Self.movie).objectValue)
    #expect(try Self.filter(text).fits(metadata) == fits)
  }

  @Test(arguments: [
    ("[]", "the filter is not an object"),
    (#"{"$eq":1}"#, "only logical operators as $or and $and are allowed at top level, got $eq"),
    (#"{"$and":{}}"#, "the $and operator must be followed by a list of filters"),
    (#"{"$or":[]}"#, "the $or operator must be followed by a list of filters"),
    (#"{"$or":[1]}"#, "the filter is not an object"),
    (#"{"year":{}}"#, "field `year` has no operator"),
    (#"{"year":null}"#, "the $eq value must be a string, boolean or a number"),
    (#"{"year":[1]}"#, "the $eq value must be a string, boolean or a number"),
    (#"{"year":{"$gt":"2"}}"#, "the $gt operator must be followed by a number"),
    (#"{"year":{"$in":1}}"#, "the $in operator must be followed by a list of at most 10000"),
    (#"{"year":{"$nin":[null]}}"#, "the $nin value must be a string, boolean or a number"),
    (#"{"year":{"$exists":1}}"#, "the $exists operator must be followed by a boolean"),
    (#"{"year":{"$like":"x"}}"#, "$like is not a valid operator on field `year`"),
  ])
  func `a bad filter is refused in words`(text: String, message: String) {
    #expect(throws: PineconeError.invalid(message)) { try Self.filter(text) }
  }
}
