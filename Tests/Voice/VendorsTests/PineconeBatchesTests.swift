import Buffers
import Speech
import Testing

@testable import Vendors

@Suite struct PineconeBatchesTests {
  private func vectors(_ count: Int) -> [IndexedVector] {
    (0..<count).map { IndexedVector(id: "ag_1#\($0)", group: "ag_1", values: [0.5, -1]) }
  }

  @Test func `a body has identifiers, values and the group, and no more`() throws {
    let vector = IndexedVector(id: "ag_1#\"", group: "ag_1", values: [0.1, -1, 1e-7, 3.4e38])
    let batches = try PineconeBatches([vector, vector], namespace: "m\"1").batches
    let record =
      #"{"id":"ag_1#\"","values":[0.1,-1.0,1e-07,3.4e+38],"metadata":{"agent_id":"ag_1"}}"#
    #expect(batches.map(\.count) == [2])
    #expect(
      String(decoding: batches[0].body, as: UTF8.self)
        == #"{"vectors":[\#(record),\#(record)],"namespace":"m\"1"}"#)
  }

  @Test(arguments: [(0, []), (1, [1]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50])])
  func `a batch has at most a hundred vectors`(count: Int, counts: [Int]) throws {
    let batches = try PineconeBatches(vectors(count), namespace: "m").batches
    #expect(batches.map(\.count) == counts)
    let ids = try batches.flatMap { batch in
      try JSONValue(parsing: batch.body)["vectors"]?.arrayValue?.compactMap {
        $0["id"]?.stringValue
      }
        ?? []
    }
    #expect(ids == vectors(count).map(\.id))
  }

  @Test func `a batch has exactly as many bytes as are allowed, and not one more`() throws {
    let two = try #require(try PineconeBatches(vectors(2), namespace: "m").batches.first).body.count
    let fits = try PineconeBatches(vectors(4), namespace: "m", byteLimit: two).batches
    #expect(fits.map(\.count) == [2, 2])
    #expect(fits.allSatisfy { $0.body.count <= two })
    let tight = try PineconeBatches(vectors(4), namespace: "m", byteLimit: two - 1).batches
    #expect(tight.map(\.count) == [1, 1, 1, 1])
  }

  @Test func `a vector that is too large alone is refused`() throws {
    let one = try #require(try PineconeBatches(vectors(1), namespace: "m").batches.first).body.count
    let error = #expect(throws: SpeechError.self) {
      try PineconeBatches(vectors(1), namespace: "m", byteLimit: one - 1)
    }
    #expect(error?.kind == .permanent)
  }

  @Test func `the largest vectors that Google makes stay under two megabytes`() throws {
    let values = (0..<3_072).map { Float($0) * -1.2345678e-7 }
    let vectors = (0..<200).map { IndexedVector(id: "g#\($0)", group: "g", values: values) }
    let batches = try PineconeBatches(vectors, namespace: "m").batches
    #expect(batches.map(\.count).reduce(0, +) == 200)
    #expect(batches.allSatisfy { $0.body.count <= 2_000_000 })
    #expect(batches.count > 2)
  }
}

@Suite struct PineconeHostTests {
  @Test(arguments: [
    "payaid-voice-ab12.svc.aped-4627-b74a.pinecone.io", "127.0.0.1:8443", "localhost:1",
    "H.example:65535",
  ])
  func `a host name with or without a port is one`(text: String) {
    #expect(PineconeHost(text)?.text == text)
  }

  @Test(arguments: [
    "", ":", ":80", "a:", "a:0", "a:65536", "a:1:2", "a:+1", "a:８", "a/b", "u@a", "u:p@a", "a?b",
    "a#b", "a\\b", "a b", "a\n", "https://a", "//a", "[::1]", ".a", "a.", "a..b", "-a", "a-",
    "ä.io",
    "a%2f", String(repeating: "a", count: 64),
    Array(repeating: "abcd", count: 51).joined(separator: "."),
  ])
  func `anything else is none`(text: String) {
    #expect(PineconeHost(text) == nil)
  }
}
