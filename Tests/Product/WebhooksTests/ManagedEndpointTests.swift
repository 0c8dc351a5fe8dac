internal import Domain
internal import HTTPClient
internal import Postgres
internal import ScratchPostgres
import Testing

@testable internal import Webhooks

@Suite struct ManagedEndpointTests {
  private func own(_ scene: WebhookScene) async throws -> [EndpointRecord] {
    try await scene.run {
      try await EndpointStore.page(after: nil, limit: 10, merchant: scene.merchant, $0)
    }
  }

  private func follow(_ url: String, _ scene: WebhookScene) async throws {
    let endpoint = ManagedEndpoint(policy: OutboundPolicy(), seal: scene.seal)
    try await scene.run { try await endpoint.follow(url, of: scene.merchant, $0) }
  }

  @Test func `it is made once, moves with its URL, and goes when that is cleared`() async throws {
    let scene = try await WebhookScene.make()
    let other = try await scene.endpoint()
    try await follow("", scene)
    #expect(try await own(scene).map(\.id) == [other])
    for _ in 0..<2 { try await follow("https://a.example.in/x", scene) }
    let first = try #require(try await own(scene).first { $0.isManaged })
    #expect(first.url == "https://a.example.in/x" && first.revision == 1 && first.isActive)
    _ = try await scene.run { try await EndpointStore.pause(first.id.text, .failing, $0) }
    try await follow("https://b.example.in/x", scene)
    let moved = try #require(try await own(scene).first { $0.isManaged })
    #expect(moved.id == first.id && moved.url == "https://b.example.in/x")
    #expect(moved.isActive && moved.failingSince == nil)
    #expect(try await scene.run { try await EndpointStore.count(scene.merchant, $0) } == 1)
    try await follow("", scene)
    #expect(try await own(scene).map(\.id) == [other])
    await scene.pool.close()
  }

  @Test func `a merchant has one, whoever makes it at the same time`() async throws {
    let scene = try await WebhookScene.make()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        group.addTask { try await follow("https://a.example.in/\(number % 2)", scene) }
      }
      try await group.waitForAll()
    }
    #expect(try await own(scene).filter(\.isManaged).count == 1)
    await scene.pool.close()
  }

  @Test(arguments: [
    ("https://a.example.in/x", true), ("http://a.example.in", false), ("https://10.0.0.1", false),
    ("https://localhost/x", false), ("https://a.example.in:25/", false), ("nonsense", false),
  ])
  func `its URL is held to what every endpoint's is`(url: String, isGood: Bool) throws {
    let endpoint = ManagedEndpoint(
      policy: OutboundPolicy(),
      seal: try DataSeal(key: Array(repeating: 7, count: 32)))
    #expect((endpoint.refusal(of: url) == nil) == isGood)
  }
}
