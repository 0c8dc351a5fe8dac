internal import ArgumentParser
internal import Protobuf
internal import RPCCore
internal import Schema
internal import VoiceAPI

/// `voicectl calls`.
struct Calls: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Places, lists, follows and ends calls.",
    subcommands: [Create.self, List.self, Get.self, Watch.self, End.self, Recording.self])

  typealias Client = Payaid.Voice.V1.CallServiceClient

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Places a call; prints it as JSON.")

    @OptionGroup var server: ServerOptions
    @Option(help: "The agent that calls.") var agent: String
    @Argument(help: "The number to call, +91 and ten digits.") var phoneNumber: String

    func run() async throws {
      try await server.withChannel { channel, metadata in
        let call = Payaid.Voice.V1.Call.with {
          $0.agentId = agent
          $0.phoneNumber = phoneNumber
        }
        try Output.json(
          try await Client(channel).createCall(
            .with { $0.call = call }, options: CallOptions(metadata: metadata)))
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the newest calls, one line each.")

    @OptionGroup var server: ServerOptions
    @Option(help: "Only calls of this agent.") var agent = ""
    @Option(help: "Only calls in this state, for example NO_ANSWER.") var state: String?
    @Flag(help: "All of them, not the newest 50.") var all = false
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      var request = Payaid.Voice.V1.ListCallsRequest.with { $0.agentId = agent }
      if let state { request.state = try Self.state(named: state) }
      try await server.withChannel { [request] channel, metadata in
        var request = request
        repeat {
          let page = try await Client(channel).listCalls(
            request, options: CallOptions(metadata: metadata))
          for call in page.calls {
            if json { try Output.json(call) } else { Output.row(call) }
          }
          request.pageToken = page.nextPageToken
        } while all && !request.pageToken.isEmpty
      }
    }

    private static func state(named name: String) throws -> Payaid.Voice.V1.Call.State {
      let states = Payaid.Voice.V1.Call.State.enumType
      guard let number = states.number(named: name.uppercased()) else {
        let names = states.values.dropFirst().map(\.name).joined(separator: ", ")
        throw ValidationError("\(name) is no state; they are \(names)")
      }
      return Payaid.Voice.V1.Call.State(rawValue: number)
    }
  }

  struct Get: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Prints a call as JSON.")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The call's id.") var callID: String

    func run() async throws {
      try await server.withChannel { channel, metadata in
        try Output.json(
          try await Client(channel).getCall(
            .with { $0.callId = callID }, options: CallOptions(metadata: metadata)))
      }
    }
  }

  struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Follows a call to its end, line by line.",
      discussion: "The exit status is 0 only when the call completed.")

    @OptionGroup var server: ServerOptions
    @Flag(help: "Wait for the call's analysis too, 20 s at most.") var analysis = false
    @Argument(help: "The call's id.") var callID: String

    func run() async throws {
      let final = try await server.withChannel { channel, metadata in
        let client = Client(channel)
        let options = CallOptions(metadata: metadata)
        for try await event in try await client.watchCall(
          .with { $0.callId = callID }, options: options)
        {
          switch event.event {
          case .call(let call): Output.line("--- \(Output.name(call.state))")
          case .transcript(let entry): Output.transcript(entry)
          case nil: break
          }
        }
        return try await result(client, options)
      }
      Output.summary(final)
      guard final.state == .completed else { throw ExitCode.failure }
    }

    /// The call that is over, analysed if that is waited for and comes in time.
    private func result(
      _ client: Client, _ options: CallOptions
    ) async throws -> Payaid.Voice.V1.Call {
      let clock = ContinuousClock()
      let limit = clock.now + .seconds(20)
      while true {
        let call = try await client.getCall(.with { $0.callId = callID }, options: options)
        let isWanted = analysis && call.state == .completed && call.analysis == nil
        guard isWanted, clock.now < limit else { return call }
        try await clock.sleep(for: .milliseconds(250))
      }
    }
  }

  struct End: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Hangs up.")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The call's id.") var callID: String

    func run() async throws {
      try await server.withChannel { channel, metadata in
        try Output.json(
          try await Client(channel).endCall(
            .with { $0.callId = callID }, options: CallOptions(metadata: metadata)))
      }
    }
  }

  struct Recording: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Saves a call's recording.")

    @OptionGroup var server: ServerOptions
    @Option(name: .shortAndLong, help: "The WAV file to write.") var output: String
    @Argument(help: "The call's id.") var callID: String

    func run() async throws {
      try await server.withChannel { channel, metadata in
        let parts = try await Client(channel).getRecording(
          .with { $0.callId = callID }, options: CallOptions(metadata: metadata))
        try await SavedFile.write(parts, to: output)
      }
    }
  }
}
