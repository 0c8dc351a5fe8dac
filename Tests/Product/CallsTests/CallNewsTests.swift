internal import Buffers
internal import Domain
internal import Postgres
import Testing

@testable internal import Calls

@Suite struct CallNewsTests {
  /// `jsonb` prints each of these in 309 digits, and all of them in more than an event may have.
  @Test func `a call whose metadata PostgreSQL writes at length comes to its end`() async throws {
    let scene = try await Scene.make()
    var new = scene.call(in: .inProgress)
    let numbers = Array(repeating: "1e308", count: 60).joined(separator: ",")
    new.metadataJSON = #"{"numbers":[\#(numbers)]}"#
    let call = try await scene.insert(new)
    let moved = try await scene.pool.transaction(tenant: .system) {
      try await CallStore.move(call.id, to: .completed, $0)
    }
    #expect(moved?.state == .completed)
    let data = try await scene.pool.transaction(tenant: .system) {
      try await $0.query("SELECT data FROM event_outbox WHERE subject = \(call.id.text)")[0]
        .decode("data", as: [UInt8].self)
    }
    #expect(data.count < 4_096)
    let told = try #require(try JSONValue(parsing: data)["metadata"]?["numbers"]?.arrayValue)
    #expect(told.count == 60 && told.allSatisfy { $0.doubleValue == 1e308 })
    await scene.pool.close()
  }

  @Test(
    arguments: [
      (#"{"a": 1.0, "b": ["न", null, true]}"#, #"{"a":1,"b":["न",null,true]}"#), ("{}", "{}"),
      (String(repeating: "[", count: 200), nil), ("", nil),
    ] as [(String, String?)])
  func `metadata is told as short as it goes, and none that cannot be read`(
    stored: String, told: String?
  ) throws {
    let written = CallNews.written(stored)
    #expect((written == nil) == (told == nil))
    guard let written, let told else { return }
    #expect(try JSONValue(parsing: written)["b"] == JSONValue(parsing: told)["b"])
    #expect(written.count <= told.utf8.count + 2)
  }
}
