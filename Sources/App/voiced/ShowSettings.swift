internal import ArgumentParser
internal import Configuration
internal import FoundationEssentials

/// `voiced config`: what `voiced serve` with the same options would run with.
struct ShowSettings: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Prints the effective settings and where each comes from.",
    discussion: "Secrets are masked. Exit status 1 says that the server would not start.")

  @OptionGroup var sources: SettingSources

  @Flag(help: "Print env.example, the documentation of every setting, instead.")
  var envExample = false

  func run() async throws {
    if envExample { return print(Self.environmentExample, terminator: "") }
    let resolved = try await LoadedSettings.resolve(sources)
    print(resolved.report(), terminator: "")
    _ = try LoadedSettings.settings(resolved)
  }

  private static var environmentExample: String {
    Settings.list.environmentFile(
      heading: [
        "Every setting of voiced, made by `voiced config --env-example`. Copy it to .env and fill it in.",
        "Precedence: command line, environment, .env, the file of --config, AWS Secrets Manager.",
        "What is commented out shows its default.",
      ], keeping: Settings.namesWithDefaults)
  }
}
