internal import ArgumentParser

/// The command line.
@main
struct Voicectl: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "voicectl",
    abstract:
      "Works with a payaid-voice server: agents, what they know, calls, a live talk, consents, audit, erasure, health, administration.",
    subcommands: [
      Agents.self, Knowledge.self, Calls.self, Talk.self, Consents.self, Audit.self,
      ComplianceCommand.self, Health.self,
      Admin.self,
    ])
}
