package import Cache
internal import Domain
internal import Protobuf
package import Schema

/// Agents as `GetAgent` gives them, kept for a while by merchant.
///
/// Triggers on the tables tell every process of a change (m0029); the process that makes one drops
/// the entry itself too, so that who changed an agent reads it as changed.
package struct AgentCache: Sendable {
  package typealias Agent = Payaid.Voice.V1.Agent

  /// The area of the entries, here and in the triggers. A new form of entry needs a new number.
  package static let area = "agent.1"

  /// What an entry weighs: about its bytes.
  package static let cost: @Sendable (Agent) -> Int = { agent in
    1024 + agent.systemPrompt.utf8.count
  }

  /// Entries as protobuf.
  package static let codec = CacheCodec<Agent>(
    encode: { try $0.serializedBytes() }, decode: { try Agent(serializedBytes: $0) })

  private let agents: ReadThrough<Agent>?

  /// Keeps nothing without a store.
  package init(_ store: (any CacheStore<Agent>)?) {
    agents = store.map { ReadThrough($0, name: "agents") }
  }

  /// The agent of a merchant; `load` reads it from the database.
  func agent(
    _ id: AgentID, of merchant: MerchantID, load: @escaping @Sendable () async throws -> Agent?
  ) async throws -> Agent? {
    guard let agents else { return try await load() }
    return try await agents.value(Self.key(id, merchant), load: load)
  }

  /// Drops an agent that was changed, once that is committed.
  func changed(_ id: String, of merchant: MerchantID) async {
    guard let agents, let id = AgentID(id) else { return }
    await agents.drop(Self.key(id, merchant))
  }

  /// Drops every agent, after a change that says not whose: numbers move seldom.
  func someChanged() async { await agents?.dropAll() }

  private static func key(_ id: AgentID, _ merchant: MerchantID) -> CacheKey {
    CacheKey(area: area, owner: merchant.text, name: id.text)
  }
}
