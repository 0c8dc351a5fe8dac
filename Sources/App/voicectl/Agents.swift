internal import ArgumentParser
internal import Protobuf
internal import RPCCore
internal import VoiceAPI

/// `voicectl agents`.
struct Agents: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Creates, lists, shows, changes and publishes agents.",
    subcommands: [
      Create.self, List.self, Show.self, Update.self, Versions.self, Publish.self, Rollback.self,
      Delete.self,
    ])

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
    @Option(help: "Only these, for example 'labels.env = \"prod\" AND state = ACTIVE'.")
    var filter = ""

    func run() async throws {
      try await server.withChannel { channel, metadata in
        let client = Payaid.Voice.V1.AgentServiceClient(channel)
        var request = Payaid.Voice.V1.ListAgentsRequest.with { $0.filter = filter }
        repeat {
          let page = try await client.listAgents(request, options: CallOptions(metadata: metadata))
          for agent in page.agents { try Output.json(agent) }
          request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints an agent's draft, or one of its versions, as JSON.")

    @OptionGroup var server: ServerOptions
    @Option(help: "The version; the draft without.") var version: Int32?
    @Argument(help: "The agent's id.") var agentID: String

    func run() async throws {
      try await server.withChannel { channel, metadata in
        let client = Payaid.Voice.V1.AgentServiceClient(channel)
        let options = CallOptions(metadata: metadata)
        guard let version else {
          return try Output.json(
            try await client.getAgent(.with { $0.agentId = agentID }, options: options))
        }
        let request = Payaid.Voice.V1.GetAgentVersionRequest.with {
          $0.agentId = agentID
          $0.version = version
        }
        try Output.json(try await client.getAgentVersion(request, options: options))
      }
    }
  }

  struct Versions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists an agent's versions, one JSON line each, newest first.")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The agent's id.") var agentID: String

    func run() async throws {
      try await server.withChannel { channel, metadata in
        let client = Payaid.Voice.V1.AgentServiceClient(channel)
        var request = Payaid.Voice.V1.ListAgentVersionsRequest.with { $0.agentId = agentID }
        repeat {
          let page = try await client.listAgentVersions(
            request, options: CallOptions(metadata: metadata))
          for version in page.versions { try Output.json(version) }
          request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
      }
    }
  }

  struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Publishes an agent's draft; prints the version as JSON.")

    @OptionGroup var server: ServerOptions
    @Option(name: .shortAndLong, help: "What changed.") var message = ""
    @Argument(help: "The agent's id.") var agentID: String

    func run() async throws {
      let request = Payaid.Voice.V1.PublishAgentRequest.with {
        $0.agentId = agentID
        $0.description = message
      }
      try await server.withChannel { channel, metadata in
        try Output.json(
          try await Payaid.Voice.V1.AgentServiceClient(channel).publishAgent(
            request, options: CallOptions(metadata: metadata)))
      }
    }
  }

  struct Rollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Publishes an earlier version again; prints the new one as JSON.")

    @OptionGroup var server: ServerOptions
    @Option(name: .shortAndLong, help: "Why.") var message = ""
    @Argument(help: "The agent's id.") var agentID: String
    @Argument(help: "The version to go back to.") var version: Int32

    func run() async throws {
      let request = Payaid.Voice.V1.RollbackAgentRequest.with {
        $0.agentId = agentID
        $0.version = version
        $0.description = message
      }
      try await server.withChannel { channel, metadata in
        try Output.json(
          try await Payaid.Voice.V1.AgentServiceClient(channel).rollbackAgent(
            request, options: CallOptions(metadata: metadata)))
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
