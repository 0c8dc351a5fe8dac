internal import ArgumentParser
internal import Protobuf
internal import RPCCore
internal import Schema
internal import Services

/// `voicectl agents`.
struct Agents: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Creates and lists agents.", subcommands: [Create.self, List.self, Delete.self])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Creates an agent; prints it as JSON.")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The agent as JSON, for example {\"name\":\"Asha\",\"language\":\"hi\"}.")
    var agent: String

    func run() async throws {
      let agent = try Payaid.Voice.V1.Agent(json: Array(agent.utf8))
      try await server.withChannel { channel, metadata in
        let client = Payaid.Voice.V1.AgentServiceClient(channel)
        try Output.json(
          try await client.createAgent(
            .with { $0.agent = agent }, options: CallOptions(metadata: metadata)))
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists agents, one JSON line each.")

    @OptionGroup var server: ServerOptions

    func run() async throws {
      try await server.withChannel { channel, metadata in
        let client = Payaid.Voice.V1.AgentServiceClient(channel)
        var request = Payaid.Voice.V1.ListAgentsRequest()
        repeat {
          let page = try await client.listAgents(request, options: CallOptions(metadata: metadata))
          for agent in page.agents { try Output.json(agent) }
          request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
      }
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Deletes an agent.")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The agent's id.") var agentID: String

    func run() async throws {
      try await server.withChannel { channel, metadata in
        _ = try await Payaid.Voice.V1.AgentServiceClient(channel).deleteAgent(
          .with { $0.agentId = agentID }, options: CallOptions(metadata: metadata))
      }
    }
  }
}
