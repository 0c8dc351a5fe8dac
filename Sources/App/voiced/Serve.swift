internal import ArgumentParser
internal import Glibc
internal import Telemetry

/// `voiced serve`: starts everything, says where it is in one line of JSON, and stays until SIGTERM.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs the server until SIGTERM or SIGINT.",
    discussion: """
      Settings come from these options, the environment, .env and a configuration file. \
      `voiced config` shows them; env.example documents them. SIGHUP reads secrets and the \
      certificate again.
      """)

  @OptionGroup var sources: SettingSources

  func run() async throws {
    // It is not to end the process before there is somebody who reads the settings again.
    signal(SIGHUP, SIG_IGN)
    let loaded = try await LoadedSettings.load(sources)
    Log.setLevel(loaded.settings.logLevel)
    Log.setFormat(loaded.settings.logFormat)
    Log.adoptSwiftLog()
    let stop = await StopSignals.watch()
    let current = CurrentSettings(loaded, from: sources)
    let started = try await stop.unlessStopped { try await Application.start(current) }
    guard let application = started else { return }
    print(application.readyLine)
    fflush(nil)
    await stop.wait()
    await application.stop(grace: loaded.settings.drainTime)
  }
}
