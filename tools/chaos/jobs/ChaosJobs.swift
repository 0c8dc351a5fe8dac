internal import ArgumentParser

/// `chaos-jobs`: proves the job queue's promises by breaking the programs that keep them.
@main
struct ChaosJobs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chaos-jobs",
    abstract: "Kills workers and the database under load, then counts what took effect.",
    subcommands: [StormCommand.self, WorkCommand.self], defaultSubcommand: StormCommand.self)
}
