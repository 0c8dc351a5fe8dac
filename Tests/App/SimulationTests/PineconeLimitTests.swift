import Buffers
import Testing

@testable import Simulation

@Suite struct PineconeLimitTests {
  static let query = #"{"topK":1,"vector":[1,0,0],"namespace":"m"}"#

  static func upsert(_ vector: String) -> String { #"{"vectors":[\#(vector)]}"# }

  @Test(arguments: [
    ("nonsense", "the body is not valid JSON"),
    ("{}", "missing field `vectors`"),
    (#"{"vectors":[]}"#, "from 1 to 1000 vectors"),
    (#"{"vectors":{}}"#, "`vectors` is not an array"),
    (#"{"vectors":["x"]}"#, "a vector is not an object"),
    (upsert(#"{"values":[1,0,0]}"#), "missing field `id`"),
    (upsert(#"{"id":"","values":[1,0,0]}"#), "from 1 to 512 bytes"),
    (upsert(#"{"id":"a"}"#), "Vector dimension 0 does not match the dimension of the index 3"),
    (upsert(#"{"id":"a","values":[1,0]}"#), "Vector dimension 2 does not match"),
    (upsert(#"{"id":"a","values":[0,0,0]}"#), "at least one non-zero value"),
    (upsert(#"{"id":"a","values":[1,"2",3]}"#), "`values` is not an array of numbers"),
    (upsert(#"{"id":"a","values":[1,2,null]}"#), "`values` is not an array of numbers"),
    (upsert(#"{"id":"a","values":[1,2,1e99]}"#), "`values` is not an array of numbers"),
    (upsert(#"{"id":"a","values":[1,0,0],"meta":{}}"#), "unknown field `meta`"),
    (
      upsert(#"{"id":"a","values":[1,0,0],"sparseValues":{"indices":[1],"values":[1]}}"#),
      "does not support sparse values"
    ),
    (upsert(PineconeBench.vector("a", [1, 0, 0], #"{"x":null}"#)), "for field 'x'"),
    (upsert(PineconeBench.vector("a", [1, 0, 0], #"{"x":{"y":1}}"#)), "for field 'x'"),
    (upsert(PineconeBench.vector("a", [1, 0, 0], #"{"x":[1]}"#)), "for field 'x'"),
    (upsert(PineconeBench.vector("a", [1, 0, 0], #"{"$x":1}"#)), "do not start with a $"),
    (upsert(PineconeBench.vector("a", [1, 0, 0], "[]")), "`metadata` is not an object"),
  ])
  func `a bad upsert is refused in the form of the data plane`(
    body: String, message: String
  ) throws {
    var bench = try PineconeBench()
    let answer = try bench.call(.upsert, body)
    #expect(answer.status == 400 && answer.json["code"] == 3 && answer.json["details"] == [])
    #expect(answer.json["message"]?.stringValue?.contains(message) == true)
    #expect(bench.machine.report == PineconeReport(requests: 2, refused: 1))
  }

  @Test(arguments: [(1_000, 200), (1_001, 400)])
  func `an upsert has at most a thousand records`(count: Int, status: Int) throws {
    var bench = try PineconeBench()
    let vectors = (0..<count).map { PineconeBench.vector("v\($0)", [1, 0, 0], "{}") }
    #expect(
      try bench.call(.upsert, Self.upsert(vectors.joined(separator: ","))).status == status)
  }

  @Test(arguments: [(512, 200), (513, 400)])
  func `an id has at most 512 bytes`(count: Int, status: Int) throws {
    var bench = try PineconeBench()
    let id = String(repeating: "x", count: count)
    let body = Self.upsert(PineconeBench.vector(id, [1, 0, 0], "{}"))
    #expect(try bench.call(.upsert, body).status == status)
  }

  @Test(arguments: [(40_951, 200), (40_953, 400)])
  func `metadata has at most 40 kilobytes`(count: Int, status: Int) throws {
    var bench = try PineconeBench()
    let text = String(repeating: "x", count: count)
    let body = Self.upsert(PineconeBench.vector("a", [1, 0, 0], #"{"x":"\#(text)"}"#))
    #expect(try bench.call(.upsert, body).status == status)
  }

  @Test func `a request has at most two megabytes, an answer four`() throws {
    var bench = try PineconeBench(["requests_per_second": 1_000])
    let long = String(repeating: " ", count: 2 * 1_024 * 1_024)
    let answer = try bench.call(.upsert, Self.upsert(long))
    #expect(answer.status == 400 && answer.json["code"] == 11)
    let text = String(repeating: "x", count: 40_000)
    for start in stride(from: 0, to: 120, by: 40) {
      let vectors = (start..<start + 40).map {
        PineconeBench.vector("v\($0)", [1, 0, 0], #"{"x":"\#(text)"}"#)
      }
      try bench.call(.upsert, Self.upsert(vectors.joined(separator: ",")))
    }
    bench.now += .seconds(1)
    let all = #"{"topK":120,"vector":[1,0,0],"includeMetadata":true}"#
    #expect(try bench.call(.query, all).json["code"] == 11)
    #expect(try bench.call(.query, #"{"topK":120,"vector":[1,0,0]}"#).status == 200)
  }

  @Test(arguments: [
    (PineconeCall.Operation.query, #"{"vector":[1,0,0]}"#, "topK must be from 1 to 10000"),
    (.query, #"{"vector":[1,0,0],"topK":0}"#, "topK must be from 1 to 10000"),
    (.query, #"{"vector":[1,0,0],"topK":10001}"#, "topK must be from 1 to 10000"),
    (.query, #"{"vector":[1,0,0],"top_k":1}"#, "unknown field `top_k`"),
    (.query, #"{"topK":1}"#, "either a vector or an id"),
    (.query, #"{"topK":1,"vector":[1,0,0],"id":"a"}"#, "either a vector or an id"),
    (.query, #"{"topK":1,"vector":[1]}"#, "Vector dimension 1 does not match"),
    (.query, #"{"topK":1,"vector":[1,0,0],"filter":{"$x":1}}"#, "only logical operators"),
    (.fetch, "", "from 1 to 1000 ids"),
    (.delete, "{}", "exactly one of ids, deleteAll and filter"),
    (.delete, #"{"ids":["a"],"deleteAll":true}"#, "exactly one of ids, deleteAll and filter"),
    (.delete, #"{"ids":[]}"#, "from 1 to 1000 ids"),
    (.delete, #"{"ids":[1]}"#, "`ids` is not an array of strings"),
    (.update, #"{"setMetadata":{}}"#, "either an id or a filter"),
    (.update, #"{"id":"a","filter":{}}"#, "either an id or a filter"),
    (.update, #"{"filter":{},"values":[1,0,0]}"#, "either an id or a filter"),
    (.update, #"{"id":"a","values":[1]}"#, "Vector dimension 1 does not match"),
    (.update, #"{"id":"a","setMetadata":{"x":null}}"#, "for field 'x'"),
    (.stats, #"{"filter":{"a":1}}"#, "do not support describing index stats"),
    (.createNamespace, "{}", "missing field `name`"),
    (.fetchByMetadata, #"{"limit":101}"#, "limit must be from 1 to 100"),
    (.fetchByMetadata, #"{"paginationToken":"?"}"#, "Invalid pagination token"),
  ])
  func `another request against the rules is refused`(
    operation: PineconeCall.Operation, body: String, message: String
  ) throws {
    var bench = try PineconeBench()
    let answer = try bench.call(operation, body)
    #expect(answer.status == 400 && answer.json["code"] == 3)
    #expect(answer.json["message"]?.stringValue?.contains(message) == true, "\(answer.json)")
  }

  @Test(arguments: [
    "[[[", "7", #"{"vectors":[[]]}"#, #"{"topK":1e300,"vector":[1]}"#, #"{"topK":-1,"id":"a"}"#,
    #"{"name":"\u0000","spec":[]}"#, #"{"limit":9223372036854775808}"#,
    #"{"filter":\#(String(repeating: #"{"$and":["#, count: 45))"#,
    #"{"vectors":[{"id":"a","values":[-1e-300]}]}"#, #"{"ids":null,"deleteAll":null}"#,
  ])
  func `no body brings a stand-in down`(body: String) throws {
    var bench = try PineconeBench()
    for operation: PineconeCall.Operation in [
      .createIndex, .configureIndex("three"), .upsert, .query, .fetchByMetadata, .update, .delete,
      .stats, .createNamespace,
    ] {
      #expect([400, 404, 422].contains(try bench.call(operation, body).status))
    }
  }

  @Test(arguments: ["0", "101", "many"])
  func `a page has from 1 to 100 ids`(limit: String) throws {
    var bench = try PineconeBench()
    #expect(try bench.call(.list, query: [("limit", limit)]).status == 400)
    #expect(try bench.call(.list, query: [("limit", "100")]).status == 200)
  }

  @Test func `a thousand ids can be fetched at once`() throws {
    var bench = try PineconeBench()
    let ids = (0...1_000).map { ("ids", "v\($0)") }
    #expect(try bench.call(.fetch, query: Array(ids.dropLast())).status == 200)
    #expect(try bench.call(.fetch, query: ids).status == 400)
  }

  @Test func `requests of a kind are limited by namespace and second`() throws {
    var bench = try PineconeBench()
    for _ in 0..<100 { #expect(try bench.call(.query, Self.query).status == 200) }
    let answer = try bench.call(.query, Self.query)
    #expect(answer.status == 429 && answer.json["code"] == 8)
    let other = #"{"topK":1,"vector":[1,0,0],"namespace":"other"}"#
    #expect(try bench.call(.query, other).status == 200)
    #expect(try bench.call(.delete, #"{"ids":["a"],"namespace":"m"}"#).status == 200)
    bench.now += .seconds(1)
    #expect(try bench.call(.query, Self.query).status == 200)
    #expect(bench.machine.report.limited == 1 && bench.machine.report.queries == 102)
  }

  @Test func `the limit of all kinds can be set`() throws {
    var bench = try PineconeBench(["requests_per_second": 1])
    let statuses = try [
      PineconeCall.Operation.list, .list, .stats, .stats, .fetchByMetadata, .fetchByMetadata,
    ].map { try bench.call($0).status }
    #expect(statuses == [200, 429, 200, 429, 200, 429])
  }

  @Test(arguments: [
    (PineconeCall.Operation.listIndexes, 503, "error" as String), (.query, 503, "code"),
    (.query, 429, "code"), (.describeIndex("three"), 500, "error"), (.query, 418, "code"),
  ])
  func `an injected failure has the form of its plane, as often as it says`(
    operation: PineconeCall.Operation, status: Int, member: String
  ) throws {
    var bench = try PineconeBench()
    bench.machine.setFaults(
      try PineconeFaults(["status": .int(status), "count": 1, "delay_ms": 5]))
    let failed = try bench.call(operation, Self.query)
    #expect(failed.status == status && failed.json[member] != nil)
    #expect(failed.reply.delay == .milliseconds(5))
    #expect(try bench.call(operation, Self.query).status == 200)
    #expect(bench.machine.report.failures == 1)
  }

  @Test(arguments: [
    (#"{"typo":true}"#, "pinecone has no member \"typo\""),
    (#"{"status":200}"#, "pinecone.status is not a whole number from 400 to 599"),
    (#"{"visibility_ms":-1}"#, "pinecone.visibility_ms is not a whole number from 0 to 3600000"),
  ])
  func `a switch that nothing reads is refused`(faults: String, message: String) {
    #expect(throws: SimulationError(.invalidFault, message)) {
      try PineconeFaults(JSONValue(parsing: faults))
    }
  }
}
