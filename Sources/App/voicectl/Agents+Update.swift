internal import ArgumentParser
internal import Buffers
internal import Protobuf
internal import RPCCore
internal import Schema
internal import VoiceAPI

extension Agents {
  /// `voicectl agents update`.
  struct Update: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Changes fields of an agent's draft; prints it as JSON.",
      discussion:
        "Fields that are not named stay as they are. With an etag, only that state is changed.")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The agent's id.") var agentID: String
    @Argument(help: "The fields as JSON, for example {\"greeting\":\"Hello!\"}.")
    var fields: String

    func run() async throws {
      let json = Array(fields.utf8)
      var agent = try Payaid.Voice.V1.Agent(json: json)
      agent.agentId = agentID
      let mask = try Self.mask(of: json)
      try await server.withChannel { [agent] channel, metadata in
        try Output.json(
          try await Payaid.Voice.V1.AgentServiceClient(channel).updateAgent(
            .with {
              $0.agent = agent
              $0.updateMask = mask
            }, options: CallOptions(metadata: metadata)))
      }
    }

    /// The fields that are named, those with their default value, too.
    private static func mask(of json: [UInt8]) throws -> Google.Protobuf.FieldMask {
      guard case .object(let object) = try JSONValue(parsing: json) else {
        throw ValidationError("the fields are a JSON object")
      }
      let type = Payaid.Voice.V1.Agent.messageType
      return .with { mask in
        mask.paths = object.members.compactMap { type.field(named: $0.key)?.name }
          .filter { $0 != "agent_id" && $0 != "etag" }
      }
    }
  }
}
