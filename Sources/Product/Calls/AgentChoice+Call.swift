internal import Domain
internal import VoiceAPI

extension AgentChoice {
  /// What a request's version asks for: 0 is the published one.
  init(version: Int32) { self = version == 0 ? .published : .version(version) }
}

extension Payaid.Voice.V1.Agent {
  /// The version that the directory took, as a call keeps it; `nil` for a draft.
  var servedVersion: Int32? { publishedVersion == 0 ? nil : publishedVersion }
}
