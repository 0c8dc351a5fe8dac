import EventLoop
import Synchronization
import Testing

@testable internal import Cache

@Suite struct ReadThroughTests {
  private let key = CacheKey(area: "a", owner: "m", name: "n")
  private let store = MemoryCache<String>(limits: .init(lifetime: .seconds(60)))

  /// A source whose readings end when the test says so.
  private final class Source: Sendable {
    private let state = Mutex<(asked: Int, waiting: [CheckedContinuation<String?, any Error>])>(
      (0, []))
    private let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)

    func read() async throws -> String? {
      try await withCheckedThrowingContinuation { continuation in
        state.withLock {
          $0.asked += 1
          $0.waiting.append(continuation)
        }
        arrived.yield()
      }
    }

    var asked: Int { state.withLock { $0.asked } }

    func nextAsked() async { for await _ in arrivals { return } }

    func answer(_ result: Result<String?, any Error>) {
      state.withLock { $0.waiting.removeFirst() }.resume(with: result)
    }
  }

  private struct Failure: Error {}

  @Test func `a crowd asks the source once`() async throws {
    let cache = ReadThrough(store, name: "test")
    let source = Source()
    let answers = try await withThrowingTaskGroup(of: String?.self) { tasks in
      for _ in 0..<100 { tasks.addTask { try await cache.value(key) { try await source.read() } } }
      await source.nextAsked()
      source.answer(.success("one"))
      return try await tasks.reduce(into: []) { $0.append($1) }
    }
    #expect(answers == Array(repeating: "one", count: 100))
    #expect(source.asked == 1)
  }

  @Test func `who asks after a drop does not get what was read before it`() async throws {
    let cache = ReadThrough(store, name: "test")
    let source = Source()
    async let early = cache.value(key) { try await source.read() }
    await source.nextAsked()
    await cache.drop(key)
    async let late = cache.value(key) { try await source.read() }
    await source.nextAsked()
    source.answer(.success("old"))
    source.answer(.success("new"))
    #expect(try await early == "old")
    #expect(try await late == "new")
    #expect(store.held(key) == "new")
  }

  @Test func `a failure reaches those who waited and is not remembered`() async throws {
    let cache = ReadThrough(store, name: "test")
    await #expect(throws: Failure.self) { try await cache.value(key) { throw Failure() } }
    #expect(try await cache.value(key) { "one" } == "one")
  }

  @Test func `what is not there is asked for again`() async throws {
    let cache = ReadThrough(store, name: "test")
    #expect(try await cache.value(key) { nil } == nil)
    #expect(try await cache.value(key) { "one" } == "one")
    #expect(try await cache.value(key) { "two" } == "one")
  }

  @Test(arguments: [
    ("agent.1/mer_a/agt_1", "agent.1", "mer_a", "agt_1"),
    ("key//pa_live_1", "key", "", "pa_live_1"), ("a/b/c/d", "a", "b", "c/d"),
  ])
  func `a key is read back from its text`(
    text: String, area: String, owner: String, name: String
  ) throws {
    let key = try #require(CacheKey(text))
    #expect((key.area, key.owner, key.name) == (area, owner, name))
    #expect(key.text == text)
    #expect(key == CacheKey(area: area, owner: owner, name: name))
  }

  @Test(arguments: ["", "a", "a/b", "/b/c"])
  func `what is no key's text is no key`(text: String) {
    #expect(CacheKey(text) == nil)
  }
}
