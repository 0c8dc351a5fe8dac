internal import RPCCore
internal import Schema

/// Field masks on agents (AIP-134, 161).
enum AgentMerge {
  typealias Agent = Payaid.Voice.V1.Agent

  /// One updatable field: its two spellings and how it is copied.
  private struct Field {
    let names: [String]
    let copy: (Agent, inout Agent) -> Void
    let isSet: (Agent) -> Bool

    init<Value: Equatable>(_ names: String..., path: WritableKeyPath<Agent, Value>) {
      self.names = names
      copy = { $1[keyPath: path] = $0[keyPath: path] }
      isSet = { $0[keyPath: path] != Agent()[keyPath: path] }
    }
  }

  private static var fields: [Field] {
    [
      Field("name", path: \.name),
      Field("language", path: \.language),
      Field("voice_id", "voiceId", path: \.voiceId),
      Field("system_prompt", "systemPrompt", path: \.systemPrompt),
      Field("phone_number", "phoneNumber", path: \.phoneNumber),
      Field("state", path: \.state),
      Field("greeting", path: \.greeting),
      Field("first_speaker", "firstSpeaker", path: \.firstSpeaker),
      Field("turn_taking", "turnTaking", path: \.turnTaking),
      Field("max_duration", "maxDuration", path: \.maxDuration),
      Field("tools", path: \.tools),
      Field("model", path: \.model),
      Field("labels", path: \.labels),
      Field("purpose", path: \.purpose),
      Field("recording_enabled", "recordingEnabled", path: \.recordingEnabled),
    ]
  }

  private static let outputOnly: Set<String> = [
    "agent_id", "agentId", "create_time", "createTime", "update_time", "updateTime", "etag",
  ]

  /// `current` with the fields that `paths` names taken from `new`; without paths, those that are
  /// set in `new`; `*` is every field. Throws `invalidArgument` for a path that is no field.
  static func merged(_ current: Agent, _ new: Agent, paths: [String]) throws -> Agent {
    let fields = fields
    var result = current
    if paths == ["*"] {
      for field in fields { field.copy(new, &result) }
      return result
    }
    if paths.isEmpty {
      for field in fields where field.isSet(new) { field.copy(new, &result) }
      return result
    }
    for path in paths where !outputOnly.contains(path) {
      guard let field = fields.first(where: { $0.names.contains(path) }) else {
        throw RPCError(
          .invalidArgument, "update_mask: \"\(path.prefix(64))\" is no field of an agent")
      }
      field.copy(new, &result)
    }
    return result
  }
}
