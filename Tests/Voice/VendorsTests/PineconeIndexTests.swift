import Buffers
import HTTPClient
import Speech
import Testing

@testable import Vendors

@Suite struct PineconeIndexTests {
  private static let host = "idx-1.svc.pinecone.io"
  private static let vector = IndexedVector(id: "ag_1#d#0", group: "ag_1", values: [0.5, -1])
  private static let empty = #"{"matches":[],"namespace":"m_1"}"#

  private func index(_ http: VendorHTTP) -> PineconeIndex {
    PineconeIndex(
      settings: {
        PineconeSettings(apiKey: "secret", index: "payaid-voice", baseURL: "http://plane:5/")
      }, space: EmbeddingSpace(model: "m", dimensions: 2), http: http)
  }

  private func index(_ script: ScriptedHTTP) -> PineconeIndex { index(script.http) }

  private static func description(
    host: String = host, dimension: String = "2", metric: String = "cosine",
    status: String = #"{"ready":true,"state":"Ready"}"#
  ) -> ScriptedHTTP.Answer {
    .response(
      200,
      """
      {"name":"payaid-voice","dimension":\(dimension),"metric":"\(metric)","host":"\(host)",
       "vector_type":"dense","spec":{"serverless":{"cloud":"aws"}},"status":\(status)}
      """)
  }

  private func nearest(_ index: PineconeIndex, limit: Int = 5) async throws -> [VectorMatch] {
    try await index.nearest(to: [1, 0.25], in: "ag_1", namespace: "m_1", limit: limit)
  }

  private func body(_ request: VendorRequest) -> String {
    String(decoding: request.body, as: UTF8.self)
  }

  @Test func `the index is described once, and its host asked by the plane's scheme`() async throws
  {
    let script = ScriptedHTTP([
      Self.description(host: "127.0.0.1:9"), .response(200, Self.empty),
      .response(200, Self.empty),
    ])
    let index = index(script)
    #expect(try await nearest(index).isEmpty)
    #expect(try await nearest(index).isEmpty)
    #expect(
      script.requests.map(\.url) == [
        "http://plane:5/indexes/payaid-voice", "http://127.0.0.1:9/query",
        "http://127.0.0.1:9/query",
      ])
    #expect(script.requests.map(\.method) == ["GET", "POST", "POST"])
    #expect(script.requests.allSatisfy { $0.timeout == .milliseconds(800) })
    for request in script.requests {
      #expect(request.headers.contains { $0 == ("api-key", "secret") })
      #expect(request.headers.contains { $0 == ("x-pinecone-api-version", "2025-10") })
      #expect(!request.url.contains("secret"))
      #expect(!request.wire.isSentOnce)
    }
  }

  @Test func `a query names namespace and group, and asks for no more than identifiers`()
    async throws
  {
    let script = ScriptedHTTP([Self.description(), .response(200, Self.empty)])
    _ = try await nearest(index(script))
    #expect(
      body(script.requests[1])
        == #"{"namespace":"m_1","vector":[1.0,0.25],"topK":5,"filter":{"agent_id":{"$eq":"ag_1"}},"#
        + #""includeMetadata":false,"includeValues":false}"#)
  }

  @Test func `a write is sent in batches of a hundred and ends at the first failure`() async throws
  {
    let vectors = (0..<250).map { IndexedVector(id: "g#\($0)", group: "g", values: [1, 0]) }
    let script = ScriptedHTTP([
      Self.description(), .response(200, #"{"upsertedCount":100}"#), .response(503, ""),
    ])
    let error = await #expect(throws: SpeechError.self) {
      try await index(script).write(vectors, namespace: "m_1")
    }
    #expect(error?.kind == .transient)
    #expect(script.requests.count == 3)
    #expect(script.requests[1].url == "http://\(Self.host)/vectors/upsert")
    #expect(script.requests[1].timeout == .seconds(10))
    #expect(body(script.requests[1]).hasPrefix(#"{"vectors":[{"id":"g#0","values":[1.0,0.0],"#))
  }

  @Test func `a removal lists all pages, then deletes a thousand at a time`() async throws {
    let pages = (0..<11).map { page -> ScriptedHTTP.Answer in
      let ids = (0..<100).map { #"{"id":"a#\#(page)/\#($0)"}"# }.joined(separator: ",")
      let next = page < 10 ? #","pagination":{"next":"t+\#(page)="}"# : ""
      return .response(200, #"{"vectors":[\#(ids)],"namespace":"m_1"\#(next)}"#)
    }
    let script = ScriptedHTTP(
      [Self.description()] + pages + [.response(200, "{}"), .response(200, "{}")])
    try await index(script).remove(prefix: "a#", namespace: "m_1")
    let sent = script.requests
    #expect(
      sent[1].url == "http://\(Self.host)/vectors/list?prefix=a%23&limit=100&namespace=m_1")
    #expect(sent[2].url == sent[1].url + "&paginationToken=t%2B0%3D")
    #expect(sent.count == 14)
    #expect(sent[12].url == "http://\(Self.host)/vectors/delete")
    let counts = try sent[12...].map {
      try JSONValue(parsing: $0.body)["ids"]?.arrayValue?.count
    }
    #expect(counts == [1_000, 100])
    #expect(
      body(sent[13]).hasPrefix(#"{"ids":["a#10/0","a#10/1","#)
        && body(sent[13]).hasSuffix(#""a#10/99"],"namespace":"m_1"}"#))
  }

  @Test func `a prefix is no pattern, and what does not begin with it is not deleted`() async throws
  {
    let list = #"{"vectors":[{"id":"a#1"},{"id":"b#1"},{"id":"a#*&=?1"},{"id":"a"}]}"#
    let script = ScriptedHTTP([
      Self.description(), .response(200, list), .response(200, "{}"),
    ])
    try await index(script).remove(prefix: "a#*&=?", namespace: "m/1")
    let url = "http://\(Self.host)/vectors/list?prefix=a%23%2A%26%3D%3F&limit=100&namespace=m%2F1"
    #expect(script.requests[1].url == url)
    #expect(body(script.requests[2]) == #"{"ids":["a#*&=?1"],"namespace":"m/1"}"#)
  }

  @Test(arguments: [
    (200, #"{"vectors":[],"namespace":"m_1"}"#), (200, #"{"namespace":"m_1"}"#),
  ])
  func `removing nothing deletes nothing`(status: Int, list: String) async throws {
    let script = ScriptedHTTP([Self.description(), .response(status, list)])
    try await index(script).remove(prefix: "a#", namespace: "m_1")
    #expect(script.requests.count == 2)
  }

  @Test(arguments: [
    #"{"code":5,"message":"Namespace not found","details":[]}"#,
    #"{"status":404,"error":{"code":"NOT_FOUND","message":"Namespace not found"}}"#,
  ])
  func `removing from a namespace that an index does not have is removing nothing`(body: String)
    async throws
  {
    let script = ScriptedHTTP([
      Self.description(), .response(404, body), Self.description(),
    ])
    try await index(script).remove(prefix: "a#", namespace: "m_1")
    #expect(script.requests.count == 3)
  }

  @Test func `matches come nearest first, of the group only, and no more than asked for`()
    async throws
  {
    let answer = """
      {"matches":[{"id":"ag_1#b","score":0.5,"values":[]},{"id":"ag_12#x","score":0.9},
       {"id":"ag_1#a","score":1.0000002},{"id":"ag_1#c","score":-1.0}],"usage":{"readUnits":5}}
      """
    let script = ScriptedHTTP([
      Self.description(), .response(200, answer), .response(200, answer),
    ])
    let index = index(script)
    let all = [("ag_1#a", 1), ("ag_1#b", 0.5), ("ag_1#c", -1)]
      .map { VectorMatch(id: $0.0, score: $0.1) }
    #expect(try await nearest(index) == all)
    #expect(try await nearest(index, limit: 2) == Array(all.prefix(2)))
    #expect(try await nearest(index, limit: 0).isEmpty)
    #expect(script.requests.count == 3)
  }

  @Test func `more matches than Pinecone gives are not asked for`() async throws {
    let script = ScriptedHTTP([Self.description(), .response(200, Self.empty)])
    _ = try await nearest(index(script), limit: .max)
    #expect(body(script.requests[1]).contains(#""topK":10000,"#))
  }

  @Test(arguments: ["", "__default__"])
  func `no call goes without a namespace of its own`(namespace: String) async throws {
    let script = ScriptedHTTP([])
    let index = index(script)
    await #expect(throws: SpeechError.self) {
      try await index.write([Self.vector], namespace: namespace)
    }
    await #expect(throws: SpeechError.self) {
      try await index.nearest(to: [1, 0], in: "ag_1", namespace: namespace, limit: 1)
    }
    await #expect(throws: SpeechError.self) {
      try await index.remove(prefix: "ag_1#", namespace: namespace)
    }
    #expect(script.requests.isEmpty)
  }

  @Test(arguments: [
    IndexedVector(id: "g#1", group: "g", values: [1]),
    IndexedVector(id: "g#1", group: "g", values: [1, 2, 3]),
    IndexedVector(id: "g#1", group: "g", values: [1, .nan]),
    IndexedVector(id: "g#1", group: "g", values: [1, -.infinity]),
    IndexedVector(id: "g#1", group: "g", values: [0, -0.0]),
    IndexedVector(id: "h#1", group: "g", values: [1, 0]),
    IndexedVector(id: "g", group: "g", values: [1, 0]),
    IndexedVector(id: "#1", group: "", values: [1, 0]),
    IndexedVector(id: "g#é", group: "g", values: [1, 0]),
    IndexedVector(id: "g#" + String(repeating: "1", count: 511), group: "g", values: [1, 0]),
  ])
  func `a vector that Pinecone would refuse keeps the whole write from being sent`(
    vector: IndexedVector
  ) async throws {
    let script = ScriptedHTTP([])
    let error = await #expect(throws: SpeechError.self) {
      try await index(script).write([Self.vector, vector], namespace: "m_1")
    }
    #expect(error?.kind == .permanent)
    #expect(script.requests.isEmpty)
  }

  @Test func `an empty prefix, an empty group and a question without direction are refused`()
    async throws
  {
    let script = ScriptedHTTP([])
    let index = index(script)
    await #expect(throws: SpeechError.self) { try await index.remove(prefix: "", namespace: "m") }
    let questions: [([Float], String)] = [
      ([1, 0], ""), ([0, 0], "g"), ([1], "g"), ([.nan, 1], "g"),
    ]
    for (vector, group) in questions {
      await #expect(throws: SpeechError.self) {
        try await index.nearest(to: vector, in: group, namespace: "m", limit: 1)
      }
    }
    #expect(script.requests.isEmpty)
  }
}
