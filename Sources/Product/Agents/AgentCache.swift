package import Cache
internal import Domain
package import RPCProtobuf
package import VoiceAPI

/// Where an agent stands in a list.
struct AgentPlace: Sendable, Equatable {
  let id: String
  /// Of the revision that is there now.
  let etag: String
}

/// Agents as `GetAgent` gives them, kept for a while by merchant.
///
/// Triggers on the tables tell every process of a change (m0029); the process that makes one drops
/// the entry itself too, so that who changed an agent reads it as changed.
package struct AgentCache: Sendable {
  package typealias Agent = Payaid.Voice.V1.Agent
  /// An agent as it is kept: packed once, and sent so each time.
  package typealias Entry = PackedMessage<Agent>

  /// The area of the entries, here and in the triggers. A new form of entry needs a new number.
  package static let area = "agent.1"

  /// What an entry weighs: about its bytes.
  package static let cost: @Sendable (Entry) -> Int = { 1024 + 2 * $0.bytes.count }

  /// Entries as protobuf.
  package static let codec = CacheCodec<Entry>(
    encode: { $0.bytes }, decode: { try Entry(serializedBytes: $0) })

  private let agents: ReadThrough<Entry>?
  private let near: MemoryCache<Entry>?

  /// Keeps nothing without a store. `near` is the part of the store that lies in this process.
  package init(_ store: (any CacheStore<Entry>)? = nil, near: MemoryCache<Entry>? = nil) {
    agents = store.map { ReadThrough($0, name: "agents") }
    self.near = near
  }

  /// The agent of a merchant if this process has it at hand.
  func held(_ id: AgentID, of merchant: MerchantID) -> Entry? {
    agents?.held(Self.key(id, merchant))
  }

  /// The agent of a merchant; `load` reads it from the database.
  func agent(
    _ id: AgentID, of merchant: MerchantID, load: @escaping @Sendable () async throws -> Agent?
  ) async throws -> Entry? {
    guard let agents else { return try await load().map { try Entry($0) } }
    return try await agents.value(Self.key(id, merchant)) { try await load().map { try Entry($0) } }
  }

  /// The agents at `places`, in their order; `load` reads those that are not at hand just as they are
  /// there. One that is gone meanwhile is left out, one that has changed is as `load` found it.
  func agents(
    _ places: [AgentPlace], of merchant: MerchantID, load: ([String]) async throws -> [Agent]
  ) async throws -> [Agent] {
    let kept = places.map { held($0, merchant) }
    let missing = places.indices.filter { kept[$0] == nil }.map { places[$0] }
    if missing.isEmpty { return kept.compactMap { $0?.value } }
    let tickets = missing.map { ticket($0, merchant) }
    var loaded: [String: Agent] = [:]
    for agent in try await load(missing.map(\.id)) { loaded[agent.agentId] = agent }
    for (place, ticket) in zip(missing, tickets) {
      guard let near, let ticket, let agent = loaded[place.id], agent.state != .deleted else {
        continue
      }
      near.put(ticket, try Entry(agent))
    }
    return zip(places, kept).compactMap { $1?.value ?? loaded[$0.id] }
  }

  /// The agent at a place, if it is kept at the revision that is there.
  private func held(_ place: AgentPlace, _ merchant: MerchantID) -> Entry? {
    guard let entry = near?.held(Self.key(place, merchant)) else { return nil }
    return entry.value.etag == place.etag ? entry : nil
  }

  /// The right to keep the agent at a place; another revision of it is forgotten.
  private func ticket(_ place: AgentPlace, _ merchant: MerchantID) -> FillTicket? {
    let key = Self.key(place, merchant)
    guard let near, case .found = near.look(key) else { return near?.look(key).ticket }
    near.forget(key)
    return near.look(key).ticket
  }

  /// Drops an agent that was changed, once that is committed.
  func changed(_ id: String, of merchant: MerchantID) async {
    guard let agents, let id = AgentID(id) else { return }
    await agents.drop(Self.key(id, merchant))
  }

  /// Drops every agent, after a change that says not whose: numbers move seldom.
  func someChanged() async { await agents?.dropAll() }

  private static func key(_ place: AgentPlace, _ merchant: MerchantID) -> CacheKey {
    CacheKey(area: area, owner: merchant.text, name: place.id)
  }

  private static func key(_ id: AgentID, _ merchant: MerchantID) -> CacheKey {
    CacheKey(area: area, owner: merchant.text, name: id.text)
  }
}
