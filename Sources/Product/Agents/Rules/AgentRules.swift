internal import Protobuf
internal import Domain
package import HTTPClient
internal import Schema
package import VoiceAPI

/// What makes an agent's configuration good; and what an unset field means.
package enum AgentRules {
  package typealias Agent = Payaid.Voice.V1.Agent

  /// What a configuration must be good for.
  package enum Purpose: Sendable, Equatable {
    /// To be kept as a draft.
    case draft
    /// To make calls: every name in its texts is declared, and every secret is among these, by name, and may go where its
    /// tool is.
    case publishing(secrets: [String: SecretHosts])
  }

  /// Throws `invalidArgument` naming every field that breaks a rule; `prefix` leads the paths. Calls can be
  /// held by a cascade where the server has one.
  package static func check(
    _ agent: Agent, for purpose: Purpose = .draft, policy: OutboundPolicy = OutboundPolicy(),
    hasCascade: Bool = true, prefix: String = "agent"
  ) throws {
    var check = AgentCheck(agent: agent, policy: policy, hasCascade: hasCascade, prefix: prefix)
    check.checkIdentity()
    check.checkSpeech()
    check.checkTurns()
    check.checkModel()
    check.checkVariables()
    check.checkTools()
    if case .publishing(let secrets) = purpose {
      check.checkTemplates()
      check.checkSecrets(secrets)
    }
    try check.violations.throwIfAny()
  }

  /// The agent with defaults where nothing was said.
  package static func completed(_ agent: Agent) -> Agent {
    var agent = agent
    if agent.voiceId.isEmpty {
      agent.voiceId = VoiceCatalog.defaultVoice(language: agent.language)
    }
    if agent.state == .unspecified { agent.state = .active }
    if agent.firstSpeaker == .unspecified { agent.firstSpeaker = .agent }
    if agent.publishing == .unspecified { agent.publishing = .automatic }
    if agent.recordingConsent == .unspecified { agent.recordingConsent = .notice }
    return agent
  }
}

/// One check of an agent: what was found so far.
struct AgentCheck {
  let agent: Payaid.Voice.V1.Agent
  let policy: OutboundPolicy
  let hasCascade: Bool
  let prefix: String
  var violations = FieldViolations()

  init(
    agent: Payaid.Voice.V1.Agent, policy: OutboundPolicy, hasCascade: Bool, prefix: String
  ) {
    self.agent = agent
    self.policy = policy
    self.hasCascade = hasCascade
    self.prefix = prefix
  }

  mutating func require(
    _ condition: Bool, _ field: String, _ description: @autoclosure () -> String
  ) {
    violations.require(condition, "\(prefix).\(field)", description())
  }

  /// Notes a text of more than `limit` characters.
  mutating func limit(_ text: String, to limit: Int, _ field: String) {
    let length = text.codePointCount
    require(length <= limit, field, "has \(length) characters; the limit is \(limit)")
  }

  /// Whether a list or map has at most `limit` entries; notes it otherwise, and then nobody looks
  /// at the entries.
  mutating func isWithin(_ limit: Int, count: Int, _ field: String) -> Bool {
    require(count <= limit, field, "has \(count) entries; the limit is \(limit)")
    return count <= limit
  }

  /// Notes a time outside of `range`.
  mutating func within(
    _ value: Google.Protobuf.Duration?, _ range: ClosedRange<Duration>, _ field: String
  ) {
    guard let value else { return }
    require(
      Duration(checking: value).map(range.contains) ?? false, field,
      "must be between \(range.lowerBound) and \(range.upperBound)")
  }
}
