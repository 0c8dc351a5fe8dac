internal import Protobuf
package import VoiceAPI

/// Which part of an agent its versions hold, and which belongs to the agent itself.
package enum AgentConfiguration {
  package typealias Agent = Payaid.Voice.V1.Agent

  /// What a version holds of `agent`: how it speaks and what it may do. What is left out holds at
  /// once for every version, or is the server's.
  package static func versioned(_ agent: Agent) -> Agent {
    joined(Agent(), with: agent)
  }

  /// `agent` with the configuration of `version` in place of its own.
  package static func joined(_ agent: Agent, with version: Agent) -> Agent {
    var result = version
    result.agentId = agent.agentId
    result.name = agent.name
    result.phoneNumber = agent.phoneNumber
    result.state = agent.state
    result.labels = agent.labels
    result.publishing = agent.publishing
    result.createTime = agent.createTime
    result.updateTime = agent.updateTime
    result.etag = agent.etag
    result.publishedVersion = agent.publishedVersion
    result.hasDraftChanges = agent.hasDraftChanges
    return result
  }
}
