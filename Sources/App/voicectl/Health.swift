internal import ArgumentParser
internal import RPCCore
internal import Schema
internal import Services

/// `voicectl health`: what a container's watchdog asks.
struct Health: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Asks whether the server takes new work; fails when it does not.",
    discussion: """
      Needs no API key. The certificate of --ca is believed whatever names it has, so that a server \
      may be asked from its own machine.
      """)

  @OptionGroup var server: ServerOptions
  @Option(help: "Seconds to wait for the answer.") var timeout = 5

  func run() async throws {
    let timeout = timeout
    let answer = try await server.withProbe { channel in
      try await Grpc.Health.V1.HealthClient(channel).check(
        Grpc.Health.V1.HealthCheckRequest(),
        options: .timeout(.seconds(timeout)))
    }
    guard answer.status == .serving else {
      throw CommandFailure(description: "the server takes no new work")
    }
    Output.line("serving")
  }
}
