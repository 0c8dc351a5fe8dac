internal import Domain
internal import HTTPClient
internal import Protobuf
internal import RPCCore
import Testing
internal import VoiceAPI

@testable internal import Webhooks

@Suite struct EndpointRulesTests {
  private func message(_ types: [String]) -> String? {
    let endpoint = EndpointRules.Endpoint.with {
      $0.url = "https://shop.example.in/"
      $0.eventTypes = types
    }
    do {
      try EndpointRules.check(endpoint, policy: OutboundPolicy())
      return nil
    } catch {
      return (error as? RPCError)?.message
    }
  }

  @Test func `event types are known, and named once`() {
    let all = EventType.allCases.map(\.rawValue)
    #expect(message([]) == nil && message(all) == nil)
    #expect(message(["call.queued", "call.queued"]) == "endpoint.eventTypes: names a type twice")
    let unknown = "endpoint.eventTypes[1]: is none of \(all.joined(separator: ", "))"
    #expect(message(["call.queued", "x"]) == unknown)
  }

  @Test func `a list that is longer than all types is refused as one`() {
    let limit = EventType.allCases.count
    #expect(
      message(Array(repeating: "", count: 1_000_000))
        == "endpoint.eventTypes: has 1000000 entries; there are \(limit) types")
  }
}
