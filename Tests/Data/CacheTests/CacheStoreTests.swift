import Redis
import Testing

@testable internal import Cache

/// The one suite that every store must pass; a new implementation is a new row of `StoreKind`.
@Suite struct CacheStoreTests {
  private let key = CacheKey(area: "agent.1", owner: "mer_a", name: "agt_1")

  @Test(arguments: StoreKind.allCases)
  func `what was filled is found, here and by the other process`(_ kind: StoreKind) async throws {
    try await StoreBench.with(kind) { stores in
      #expect(stores.first.near.held(key) == nil)
      await stores.first.bring(key, "one")
      #expect(stores.first.near.held(key) == "one")
      #expect(await stores.second.find(key).value == "one")
      #expect(stores.second.near.held(key) == "one")
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `an entry is found under its own area, owner and name only`(_ kind: StoreKind) async throws {
    try await StoreBench.with(kind) { stores in
      await stores.first.bring(key, "secret")
      for other in [
        CacheKey(area: "agent.1", owner: "mer_b", name: "agt_1"),
        CacheKey(area: "agent.2", owner: "mer_a", name: "agt_1"),
        CacheKey(area: "agent.1", owner: "mer_a", name: "agt_2"),
        CacheKey(area: "agent.1", owner: "", name: "mer_a/agt_1"),
      ] {
        #expect(await stores.first.find(other).value == nil)
        #expect(await stores.second.find(other).value == nil)
      }
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `what was dropped is found no more`(_ kind: StoreKind) async throws {
    try await StoreBench.with(kind) { stores in
      await stores.first.bring(key, "one")
      await stores.first.drop(key)
      #expect(stores.first.near.held(key) == nil)
      #expect(await stores.first.find(key).value == nil)
      #expect(await stores.second.find(key).value == nil)
      await stores.first.bring(key, "two")
      #expect(await stores.second.find(key).value == "two")
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `a fill that began before a drop is not kept`(_ kind: StoreKind) async throws {
    try await StoreBench.with(kind) { stores in
      let ticket = try #require(await stores.first.find(key).ticket)
      await stores.first.drop(key)
      #expect(!stores.first.isCurrent(ticket))
      await stores.first.fill(ticket, with: "old")
      #expect(await stores.first.find(key).value == nil)
      #expect(await stores.second.find(key).value == nil)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `a drop of the other process makes a fill that began before it worthless to all`(
    _ kind: StoreKind
  ) async throws {
    try await StoreBench.with(kind) { stores in
      let slow = try #require(await stores.first.find(key).ticket)
      await stores.second.drop(key)
      await stores.first.fill(slow, with: "old")
      #expect(await stores.second.find(key).value == nil)
      await stores.second.bring(key, "new")
      #expect(await stores.second.find(key).value == "new")
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `values end with their lifetime`(_ kind: StoreKind) async throws {
    try await StoreBench.with(kind, lifetime: .seconds(5)) { stores in
      await stores.first.bring(key, "one")
      try await stores.age(by: .seconds(4))
      #expect(await stores.first.find(key).value == "one")
      try await stores.age(by: .seconds(2))
      #expect(stores.first.near.held(key) == nil)
      #expect(await stores.first.find(key).value == nil)
      #expect(await stores.second.find(key).value == nil)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `a fill that took too long is not kept`(_ kind: StoreKind) async throws {
    try await StoreBench.with(kind) { stores in
      let ticket = try #require(await stores.first.find(key).ticket)
      try await stores.age(by: FillTicket.patience + .milliseconds(1))
      await stores.first.fill(ticket, with: "old")
      #expect(await stores.first.find(key).value == nil)
      #expect(await stores.second.find(key).value == nil)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `everything can be forgotten at once`(_ kind: StoreKind) async throws {
    try await StoreBench.with(kind) { stores in
      let keys = (0..<50).map { CacheKey(area: "a", owner: "m", name: "\($0)") }
      for key in keys { await stores.first.bring(key, "one") }
      let ticket = try #require(await stores.first.find(key).ticket)
      await stores.first.dropAll()
      await stores.first.fill(ticket, with: "old")
      for key in keys + [key] { #expect(await stores.first.find(key).value == nil) }
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `many at once see what was dropped never again`(_ kind: StoreKind) async throws {
    try await StoreBench.with(kind) { stores in
      for round in 0..<100 {
        await withTaskGroup(of: Void.self) { tasks in
          for store in [stores.first, stores.second, stores.first, stores.second] {
            tasks.addTask { await store.bring(key, "\(round)") }
          }
          await tasks.waitForAll()
        }
        await stores.first.drop(key)
        await stores.second.drop(key)
        #expect(await stores.first.find(key).value == nil)
        #expect(await stores.second.find(key).value == nil)
      }
    }
  }
}
