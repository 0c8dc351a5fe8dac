import Buffers
import Testing

@testable import Simulation

@Suite struct PineconeDataTests {
  static let vector = PineconeBench.vector
  static let nearX = #""vector":[1,0,0]"#

  /// Three records of two agents.
  static func filled(_ faults: JSONValue = [:]) throws -> PineconeBench {
    var bench = try PineconeBench(faults)
    try bench.put(
      vector("d1#1", [1, 0, 0], #"{"agent":"a1","seq":1}"#),
      vector("d1#2", [1, 1, 0], #"{"agent":"a1","seq":2,"lang":["hi","en"]}"#),
      vector("d2#1", [0, 0, 1], #"{"agent":"a2","seq":1}"#))
    return bench
  }

  @Test func `a write is answered at once and seen later`() throws {
    var bench = try PineconeBench()
    let body = #"{"vectors":[\#(Self.vector("a", [1, 0, 0], "{}"))],"namespace":"m"}"#
    let written = try bench.call(.upsert, body)
    #expect(written.json == ["upsertedCount": 1])
    #expect(
      written.reply.headers.map(\.name) == ["x-pinecone-request-lsn", "x-pinecone-lsn-committed"])
    bench.now += .milliseconds(999)
    #expect(try bench.matches(Self.nearX) == [])
    #expect(bench.machine.vectors(at: bench.now)["three"] == [:])
    bench.now += .milliseconds(1)
    #expect(try bench.matches(Self.nearX) == ["a"])
    #expect(bench.machine.vectors(at: bench.now) == ["first": [:], "three": ["m": 1]])
    let seen = try bench.call(.query, #"{"topK":1,\#(Self.nearX),"namespace":"m"}"#).reply
    #expect(seen.headers.first?.name == "x-pinecone-max-indexed-lsn")
    #expect(seen.headers.map(\.value) == ["1", "1"])
  }

  @Test(arguments: [(0, true), (5_000, false)])
  func `how much later can be set`(milliseconds: Int, isSeen: Bool) throws {
    var bench = try PineconeBench(["visibility_ms": .int(milliseconds)])
    try bench.call(.upsert, #"{"vectors":[\#(Self.vector("a", [1, 0, 0], "{}"))]}"#)
    bench.now += .seconds(2)
    #expect(try bench.matches(Self.nearX, namespace: "") == (isSeen ? ["a"] : []))
  }

  @Test func `a query shows what it is asked to show`() throws {
    var bench = try Self.filled()
    let plain = try bench.call(.query, #"{"namespace":"m","topK":1,\#(Self.nearX)}"#).json
    #expect(
      plain == [
        "results": [], "matches": [["id": "d1#1", "score": 1.0, "values": []]], "namespace": "m",
        "usage": ["readUnits": 5],
      ])
    let more = #""includeValues":true,"includeMetadata":true"#
    let full = try bench.call(.query, #"{"namespace":"m","topK":1,\#(Self.nearX),\#(more)}"#).json
    #expect(full["matches"]?[0]?["values"] == [1.0, 0.0, 0.0])
    #expect(full["matches"]?[0]?["metadata"] == ["agent": "a1", "seq": 1])
  }

  @Test(arguments: [
    (#""vector":[0,0,1]"#, ["d2#1", "d1#1", "d1#2"]),
    (#""id":"d1#2""#, ["d1#2", "d1#1", "d2#1"]),
    (#""id":"gone""#, []),
    (#""vector":[1,0,0],"filter":{"agent":"a1","seq":{"$gte":2}}"#, ["d1#2"]),
    (#""vector":[1,0,0],"filter":{"lang":{"$in":["hi"]}}"#, ["d1#2"]),
    (#""vector":[1,0,0],"filter":{"agent":"a3"}"#, []),
  ])
  func `a query finds by nearness and filter`(query: String, ids: [String]) throws {
    var bench = try Self.filled()
    #expect(try bench.matches(query) == ids)
    #expect(try bench.matches(query, namespace: "other") == [])
  }

  @Test func `a fetch leaves out what is missing`() throws {
    var bench = try Self.filled()
    let answer = try bench.call(
      .fetch, query: [("ids", "d1#1"), ("ids", "gone"), ("namespace", "m")]
    ).json
    let record: JSONValue = [
      "id": "d1#1", "values": [1.0, 0.0, 0.0], "metadata": ["agent": "a1", "seq": 1],
    ]
    #expect(answer["vectors"] == ["d1#1": record])
    #expect(answer["namespace"] == "m" && answer["usage"]?["readUnits"] == 1)
  }

  @Test func `ids are listed by prefix and pages`() throws {
    var bench = try Self.filled()
    let first = try bench.call(.list, query: [("namespace", "m"), ("limit", "2")]).json
    #expect(first["vectors"] == [["id": "d1#1"], ["id": "d1#2"]])
    let token = try #require(first["pagination"]?["next"]?.stringValue)
    let second = try bench.call(
      .list, query: [("namespace", "m"), ("limit", "2"), ("paginationToken", token)]
    ).json
    #expect(second["vectors"] == [["id": "d2#1"]] && second["pagination"] == nil)
    let some = try bench.call(.list, query: [("namespace", "m"), ("prefix", "d2#")]).json
    #expect(some["vectors"] == [["id": "d2#1"]])
  }

  @Test func `records are fetched by their metadata and pages`() throws {
    var bench = try Self.filled()
    let filter = #""namespace":"m","filter":{"seq":1},"limit":1"#
    let first = try bench.call(.fetchByMetadata, "{\(filter)}").json
    #expect(first["vectors"]?.objectValue?.keys == ["d1#1"])
    let token = try #require(first["pagination"]?["next"]?.stringValue)
    let second = try bench.call(
      .fetchByMetadata, #"{\#(filter),"paginationToken":"\#(token)"}"#
    ).json
    #expect(second["vectors"]?.objectValue?.keys == ["d2#1"] && second["pagination"] == nil)
  }

  @Test(arguments: [
    (#"{"ids":["d1#1","gone"],"namespace":"m"}"#, ["d1#2", "d2#1"]),
    (#"{"filter":{"agent":"a1"},"namespace":"m"}"#, ["d2#1"]),
    (#"{"deleteAll":true,"namespace":"m"}"#, []),
    (#"{"ids":["d1#1"],"deleteAll":false,"namespace":"other"}"#, ["d1#1", "d1#2", "d2#1"]),
  ])
  func `a delete takes effect late, like any write`(body: String, ids: [String]) throws {
    var bench = try Self.filled()
    #expect(try bench.call(.delete, body).json == [:])
    #expect(try bench.matches(Self.nearX).count == 3)
    bench.now += .seconds(1)
    #expect(try bench.matches(Self.nearX).sorted() == ids)
  }

  @Test func `an update changes one record, or the metadata of many`() throws {
    var bench = try Self.filled()
    let one = #"{"id":"d2#1","values":[2,0,0],"setMetadata":{"seq":9},"namespace":"m"}"#
    #expect(try bench.call(.update, one).json == [:])
    let filter = #""filter":{"agent":"a1"},"setMetadata":{"old":true},"namespace":"m""#
    let trial = try bench.call(.update, #"{\#(filter),"dryRun":true}"#)
    #expect(trial.json == ["matchedRecords": 2] && trial.reply.headers.isEmpty)
    #expect(try bench.call(.update, "{\(filter)}").json == ["matchedRecords": 2])
    bench.now += .seconds(1)
    #expect(try bench.matches(#""vector":[1,0,0],"filter":{"old":true}"#) == ["d1#1", "d1#2"])
    #expect(try bench.matches(#""vector":[1,0,0],"filter":{"seq":9,"agent":"a2"}"#) == ["d2#1"])
  }

  @Test func `stats count what can be seen`() throws {
    var bench = try Self.filled()
    try bench.put(Self.vector("x", [1, 2, 3], "{}"), namespace: "")
    let stats = try bench.call(.stats).json
    #expect(stats["namespaces"] == ["": ["vectorCount": 1], "m": ["vectorCount": 3]])
    #expect(stats["totalVectorCount"]?.intValue == 4 && stats["dimension"]?.intValue == 3)
    #expect(stats["metric"] == "cosine" && stats["vectorType"] == "dense")
    #expect(stats["memory_fullness"] == 0 && stats["indexFullness"] == 0)
  }

  @Test func `namespaces are made, listed, described and deleted`() throws {
    var bench = try Self.filled()
    try bench.put(Self.vector("x", [1, 2, 3], "{}"), namespace: "__default__")
    #expect(
      try bench.call(.createNamespace, #"{"name":"Made"}"#).json
        == ["name": "Made", "record_count": "0"])
    #expect(try bench.call(.createNamespace, #"{"name":"m"}"#).status == 409)
    let first = try bench.call(.listNamespaces, query: [("limit", "2")]).json
    let names = first["namespaces"]?.arrayValue?.compactMap { $0["name"]?.stringValue }
    #expect(names == ["Made", "__default__"] && first["total_count"]?.intValue == 3)
    let token = try #require(first["pagination"]?["next"]?.stringValue)
    let rest = try bench.call(.listNamespaces, query: [("paginationToken", token)]).json
    #expect(rest["namespaces"] == [["name": "m", "record_count": "3"]])
    let some = try bench.call(.listNamespaces, query: [("prefix", "M")]).json
    #expect(some["total_count"]?.intValue == 1)
    #expect(
      try bench.call(.describeNamespace("__default__")).json["record_count"]?.intValue == 1)
    #expect(try bench.call(.deleteNamespace("m")).json == [:])
    bench.now += .seconds(1)
    #expect(try bench.call(.describeNamespace("m")).status == 404)
    #expect(try bench.call(.deleteNamespace("m")).status == 404)
    #expect(try bench.call(.delete, #"{"deleteAll":true,"namespace":"m"}"#).status == 404)
  }

  @Test func `the plain address is the first index's`() throws {
    var bench = try Self.filled()
    let first = try bench.call(.stats, on: "localhost:9").json
    #expect(first["dimension"]?.intValue == 768 && first["totalVectorCount"]?.intValue == 0)
    #expect(try bench.call(.stats, on: "gone.localhost:9").status == 404)
    try bench.call(.deleteIndex("first"))
    let answer = try bench.call(.stats, on: PineconeBench.host)
    #expect(answer.json == ["code": 5, "message": "no index has this host", "details": []])
  }
}
