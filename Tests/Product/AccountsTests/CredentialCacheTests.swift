internal import Domain
internal import Synchronization
import Testing

@testable internal import Accounts

@Suite struct CredentialCacheTests {
  /// A source whose look-ups finish when they are let.
  private final class Source: Sendable {
    let calls = Mutex<[CheckedContinuation<String?, any Error>]>([])
    let now = Mutex(Moment(seconds: 1_000))

    var count: Int { calls.withLock { $0.count } }

    func ask() async throws -> String? {
      try await withCheckedThrowingContinuation { call in calls.withLock { $0.append(call) } }
    }

    func answer(_ index: Int, _ value: String?) {
      calls.withLock { $0[index] }.resume(returning: value)
    }

    func waitForCalls(_ count: Int) async {
      while self.count < count { await Task.yield() }
    }
  }

  private func scene() -> (Source, CredentialCache<String>) {
    let source = Source()
    let cache = CredentialCache<String>(
      lifetime: .seconds(2), capacity: 2, now: { source.now.withLock { $0 } }
    ) { _ in try await source.ask() }
    return (source, cache)
  }

  @Test func `a value is believed for its time and asked for again after it`() async throws {
    let (source, cache) = scene()
    async let first = cache.value(for: "a")
    await source.waitForCalls(1)
    source.answer(0, "one")
    #expect(try await first == "one")
    source.now.withLock { $0 = $0 + .milliseconds(1_999) }
    #expect(try await cache.value(for: "a") == "one")
    source.now.withLock { $0 = $0 + .milliseconds(1) }
    async let second = cache.value(for: "a")
    await source.waitForCalls(2)
    source.answer(1, "two")
    #expect(try await second == "two")
  }

  @Test func `what began before an invalidation is neither kept nor joined after it`() async throws
  {
    let (source, cache) = scene()
    async let early = cache.value(for: "a")
    await source.waitForCalls(1)
    cache.forget("a")
    async let late = cache.value(for: "a")
    await source.waitForCalls(2)
    source.answer(1, "revoked")
    #expect(try await late == "revoked")
    source.answer(0, "live")
    #expect(try await early == "live")
    #expect(try await cache.value(for: "a") == "revoked")
    #expect(source.count == 2)
  }

  @Test func `a condition forgets what it holds for, and only that`() async throws {
    let (source, cache) = scene()
    for (index, id) in ["a", "b"].enumerated() {
      async let value = cache.value(for: id)
      await source.waitForCalls(index + 1)
      source.answer(index, id)
      _ = try await value
    }
    cache.forget { $0 == "a" }
    #expect(try await cache.value(for: "b") == "b")
    async let again = cache.value(for: "a")
    await source.waitForCalls(3)
    source.answer(2, "a")
    #expect(try await again == "a")
  }

  @Test func `what is not there is asked for each time`() async throws {
    let (source, cache) = scene()
    for index in 0..<2 {
      async let value = cache.value(for: "a")
      await source.waitForCalls(index + 1)
      source.answer(index, nil)
      #expect(try await value == nil)
    }
  }
}
