internal import Domain
internal import Postgres
internal import Protobuf
internal import VoiceAPI

/// How an agent lies in its table: the seed's fields in columns, the rest as JSON.
struct AgentRow {
  typealias Agent = Payaid.Voice.V1.Agent

  let name: String
  let language: String
  let voiceID: String
  let systemPrompt: String
  let phoneNumber: String?
  let state: String
  let config: String

  init(_ agent: Agent) throws {
    name = agent.name
    language = agent.language
    voiceID = agent.voiceId
    systemPrompt = agent.systemPrompt
    phoneNumber = agent.phoneNumber.isEmpty ? nil : agent.phoneNumber
    state = Self.text(agent.state)
    config = String(decoding: try Self.remainder(agent).storableJSON(), as: UTF8.self)
  }

  /// What no column holds.
  private static func remainder(_ agent: Agent) -> Agent {
    var rest = AgentConfiguration.versioned(agent)
    rest.language = ""
    rest.voiceId = ""
    rest.systemPrompt = ""
    rest.labels = agent.labels
    rest.publishing = agent.publishing
    return rest
  }

  static func agent(_ row: Row) throws -> Agent {
    var agent = try Agent(json: Array(try row.decode("config", as: String.self).utf8))
    agent.agentId = try row.decode("agent_id")
    agent.name = try row.decode("name")
    agent.language = try row.decode("language")
    agent.voiceId = try row.decode("voice_id")
    agent.systemPrompt = try row.decode("system_prompt")
    agent.phoneNumber = try row.decode("phone_number", as: String?.self) ?? ""
    agent.state = state(try row.decode("state"))
    agent.createTime = try row.decode("create_time", as: Moment.self).timestamp
    agent.updateTime = try row.decode("update_time", as: Moment.self).timestamp
    agent.etag = Etag.text(revision: try row.decode("revision"))
    agent.publishedVersion = try row.decode("published_version")
    agent.hasDraftChanges = try row.decode("has_draft_changes")
    return agent
  }

  private static func text(_ state: Agent.State) -> String {
    switch state {
    case .paused: "paused"
    case .deleted: "deleted"
    default: "active"
    }
  }

  private static func state(_ text: String) -> Agent.State {
    switch text {
    case "paused": .paused
    case "deleted": .deleted
    default: .active
    }
  }
}
