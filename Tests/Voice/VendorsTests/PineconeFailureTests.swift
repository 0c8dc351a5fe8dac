import Buffers
import Speech
import Synchronization
import Testing

@testable import Vendors

@Suite struct PineconeFailureTests {
  private static let query = #"{"matches":[],"namespace":"m_1"}"#

  private static func description(_ host: String, _ more: String = "") -> ScriptedHTTP.Answer {
    .response(
      200,
      #"{"dimension":2,"metric":"cosine","host":"\#(host)","status":{"ready":true}\#(more)}"#)
  }

  private func index(_ http: VendorHTTP, key: @escaping @Sendable () -> String = { "secret" })
    -> PineconeIndex
  {
    PineconeIndex(
      settings: { PineconeSettings(apiKey: key(), index: "i", baseURL: "https://plane") },
      space: EmbeddingSpace(model: "m", dimensions: 2), http: http)
  }

  private func nearest(_ index: PineconeIndex) async throws -> [VectorMatch] {
    try await index.nearest(to: [1, 0], in: "g", namespace: "m_1", limit: 5)
  }

  private func failure(_ answers: ScriptedHTTP.Answer...) async -> SpeechError? {
    let script = ScriptedHTTP(answers)
    return await #expect(throws: SpeechError.self) { try await nearest(index(script.http)) }
  }

  @Test(arguments: [
    (400, #"{"code":3,"message":"Vector dimension 3","details":[]}"#, SpeechError.Kind.permanent),
    (401, "Invalid API Key", .configuration),
    (401, #"{"status":401,"error":{"code":"UNAUTHENTICATED","message":"m"}}"#, .configuration),
    (402, #"{"status":402,"error":{"code":"PAYMENT_REQUIRED"}}"#, .quota),
    (403, #"{"status":403,"error":{"code":"FORBIDDEN"}}"#, .configuration),
    (403, #"{"status":403,"error":{"code":"QUOTA_EXCEEDED"}}"#, .quota),
    (408, "", .transient), (409, "", .permanent), (412, "", .configuration),
    (413, "", .permanent), (422, "{}", .permanent),
    (429, #"{"code":8,"message":"m"}"#, .quota), (500, #"{"code":13}"#, .transient),
    (502, "<html>", .transient), (503, "[]", .transient), (504, "", .transient),
    (302, "", .permanent),
  ])
  func `an error of either plane says what can be done about it`(
    status: Int, body: String, kind: SpeechError.Kind
  ) async throws {
    let ofIndex = await failure(Self.description("h"), .response(status, body))
    #expect(ofIndex?.kind == kind)
    let ofPlane = await failure(.response(status, body))
    #expect(ofPlane == ofIndex)
  }

  @Test(arguments: [
    (429, "", SpeechError(.quota, "pinecone answered 429: rate limit", retryAfter: .seconds(1))),
    (
      429, #"{"error":{"code":"QUOTA_EXCEEDED"}}"#,
      SpeechError(
        .quota, "pinecone answered 429 QUOTA_EXCEEDED: the plan's limit",
        retryAfter: .seconds(3_600))
    ),
    (
      400, #"{"code":3}"#,
      SpeechError(.permanent, "pinecone answered 400 INVALID_ARGUMENT: bad request")
    ),
    (
      400, #"{"error":{"code":"secret words"}}"#,
      SpeechError(.permanent, "pinecone answered 400: bad request")
    ),
    (
      400, #"{"code":99999999999999999999}"#,
      SpeechError(.permanent, "pinecone answered 400: bad request")
    ),
  ])
  func `an error has the code when it is a known one, and never the message`(
    status: Int, body: String, error: SpeechError
  ) async throws {
    #expect(await failure(.response(status, body)) == error)
  }

  @Test(arguments: [
    "", "<html>", "[]", "null", "{}", #"{"matches":{},"namespace":"m_1"}"#,
    #"{"matches":null,"namespace":"m_1"}"#, #"{"matches":[{}]}"#,
    #"{"matches":[{"id":1,"score":0.5}]}"#, #"{"matches":[{"id":"g#1"}]}"#,
    #"{"matches":[{"id":"g#1","score":"0.5"}]}"#, #"{"matches":[{"id":"g#1","score":"NaN"}]}"#,
    #"{"matches":[{"id":"g#1","score":1e999}]}"#, #"{"matches":[{"id":"g#1","score":-2}]}"#,
    #"{"matches":[],"namespace":"m_2"}"#,
    #"{"matches":"# + String(repeating: "[", count: 100_000),
  ])
  func `matches that cannot be used are an error that may pass`(body: String) async throws {
    #expect(await failure(Self.description("h"), .response(200, body))?.kind == .transient)
  }

  @Test(arguments: ["", "{}", #"{"upsertedCount":0}"#, #"{"upsertedCount":1e99}"#, "[1]"])
  func `a write that is not confirmed is an error that may pass`(body: String) async throws {
    let script = ScriptedHTTP([Self.description("h"), .response(200, body)])
    let vector = IndexedVector(id: "g#1", group: "g", values: [1, 0])
    let error = await #expect(throws: SpeechError.self) {
      try await index(script.http).write([vector], namespace: "m_1")
    }
    #expect(error?.kind == .transient)
  }

  @Test(arguments: [
    "{}", #"{"vectors":[{}]}"#, #"{"vectors":[{"id":7}]}"#, #"{"vectors":[],"namespace":"m_2"}"#,
    #"{"vectors":[],"pagination":{"next":"a"}}"#,
    #"{"vectors":[{"id":"other#1"}],"pagination":{"next":"a"}}"#,
  ])
  func `a list that cannot be used deletes nothing`(body: String) async throws {
    let script = ScriptedHTTP([Self.description("h"), .response(200, body)])
    let error = await #expect(throws: SpeechError.self) {
      try await index(script.http).remove(prefix: "g#", namespace: "m_1")
    }
    #expect(error?.kind == .transient)
    #expect(script.requests.count == 2)
  }

  @Test func `a list whose pages lead to themselves is given up`() async throws {
    let page = ScriptedHTTP.Answer.response(
      200, #"{"vectors":[{"id":"g#1"}],"pagination":{"next":"a"}}"#)
    let script = ScriptedHTTP([Self.description("h"), page, page, page])
    await #expect(throws: SpeechError.self) {
      try await index(script.http).remove(prefix: "g#", namespace: "m_1")
    }
    #expect(script.requests.count == 3)
  }

  @Test func `a deletion that fails is told`() async throws {
    let list = ScriptedHTTP.Answer.response(200, #"{"vectors":[{"id":"g#1"}]}"#)
    let script = ScriptedHTTP([Self.description("h"), list, .response(500, "")])
    await #expect(throws: SpeechError.self) {
      try await index(script.http).remove(prefix: "g#", namespace: "m_1")
    }
  }

  @Test(arguments: [
    (
      #"{"dimension":3,"metric":"cosine","host":"h","status":{"ready":true}}"#,
      SpeechError.Kind.configuration
    ),
    (#"{"dimension":2,"metric":"euclidean","host":"h","status":{"ready":true}}"#, .configuration),
    (#"{"metric":"cosine","host":"h","status":{"ready":true}}"#, .configuration),
    (
      #"{"dimension":2,"metric":"cosine","vector_type":"sparse","host":"h","status":{"ready":true}}"#,
      .configuration
    ),
    (#"{"dimension":2,"metric":"cosine","host":"h","status":{"ready":false}}"#, .transient),
    (#"{"dimension":2,"metric":"cosine","host":"h"}"#, .transient),
    (#"{"dimension":2,"metric":"cosine","status":{"ready":true}}"#, .configuration),
    (
      #"{"dimension":2,"metric":"cosine","host":"h@evil/","status":{"ready":true}}"#, .configuration
    ),
    ("<html>", .transient),
  ])
  func `an index that will not do is asked nothing, and described anew next time`(
    description: String, kind: SpeechError.Kind
  ) async throws {
    let script = ScriptedHTTP([
      .response(200, description), Self.description("h"), .response(200, Self.query),
    ])
    let index = index(script.http)
    let error = await #expect(throws: SpeechError.self) { try await nearest(index) }
    #expect(error?.kind == kind)
    #expect(script.requests.count == 1)
    #expect(try await nearest(index).isEmpty)
  }

  @Test(arguments: [ScriptedHTTP.Answer.response(404, ""), .failure(.notSent("refused"))])
  func `an index that has moved is found again`(answer: ScriptedHTTP.Answer) async throws {
    let script = ScriptedHTTP([
      Self.description("old"), .response(200, Self.query), answer, Self.description("new"),
      .response(200, Self.query), .response(200, Self.query),
    ])
    let index = index(script.http)
    for _ in 0..<3 { #expect(try await nearest(index).isEmpty) }
    #expect(
      script.requests.map(\.url) == [
        "https://plane/indexes/i", "https://old/query", "https://old/query",
        "https://plane/indexes/i", "https://new/query", "https://new/query",
      ])
  }

  @Test(arguments: [
    (ScriptedHTTP.Answer.response(404, ""), SpeechError.Kind.configuration),
    (.failure(.notSent("refused")), .transient),
  ])
  func `an index that has not moved is asked once`(
    answer: ScriptedHTTP.Answer, kind: SpeechError.Kind
  ) async throws {
    let script = ScriptedHTTP([Self.description("h"), answer, Self.description("h")])
    let error = await #expect(throws: SpeechError.self) { try await nearest(index(script.http)) }
    #expect(error?.kind == kind)
    #expect(script.requests.count == 3)
  }

  @Test func `an index that is gone is a matter of settings`() async throws {
    let error = await failure(
      Self.description("h"), .response(404, ""), .response(404, #"{"error":{"code":"NOT_FOUND"}}"#))
    #expect(error?.kind == .configuration)
  }

  @Test func `a request whose fate is unclear is not repeated, and the host kept`() async throws {
    let script = ScriptedHTTP([
      Self.description("h"), .failure(.unclear("time out")), .response(200, Self.query),
    ])
    let index = index(script.http)
    let error = await #expect(throws: SpeechError.self) { try await nearest(index) }
    #expect(error?.kind == .transient)
    #expect(try await nearest(index).isEmpty)
    #expect(script.requests.count == 3)
  }

  @Test func `a new key finds the index of its own project`() async throws {
    let key = Mutex("a")
    let script = ScriptedHTTP([
      Self.description("of-a"), .response(200, Self.query), Self.description("of-b"),
      .response(200, Self.query),
    ])
    let index = index(script.http) { key.withLock { $0 } }
    _ = try await nearest(index)
    key.withLock { $0 = "b" }
    _ = try await nearest(index)
    #expect(script.requests[3].url == "https://of-b/query")
    #expect(script.requests[3].headers.contains { $0 == ("api-key", "b") })
  }

  @Test func `callers who come together all find a moved index, and none loses it again`()
    async throws
  {
    let plane = MovingPlane()
    let index = index(plane.http)
    #expect(try await nearest(index).isEmpty)
    plane.move()
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<50 { group.addTask { try await nearest(index).count } }
      for try await count in group { #expect(count == 0) }
    }
    let described = plane.described
    #expect(try await nearest(index).isEmpty)
    #expect(plane.described == described)
  }
}

/// An index whose host changes once; the old host answers 404 from then on.
private final class MovingPlane: Sendable {
  private let state = Mutex((host: "old", described: 0))

  var described: Int { state.withLock { $0.described } }

  func move() { state.withLock { $0.host = "new" } }

  var http: VendorHTTP {
    VendorHTTP(exchange: { request, _ in await self.answer(request.url) }, sleep: { _ in })
  }

  private func answer(_ url: String) async -> VendorResponse {
    await Task.yield()
    let (host, isDescription) = state.withLock { state in
      if url.hasPrefix("https://plane/") { state.described += 1 }
      return (state.host, url.hasPrefix("https://plane/"))
    }
    if isDescription {
      let body =
        #"{"dimension":2,"metric":"cosine","host":"\#(host)","status":{"ready":true}}"#
      return VendorResponse(status: 200, body: Array(body.utf8))
    }
    let isHere = url == "https://\(host)/query"
    return VendorResponse(
      status: isHere ? 200 : 404, body: isHere ? Array(#"{"matches":[]}"#.utf8) : [])
  }
}
