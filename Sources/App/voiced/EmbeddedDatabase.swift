internal import ArgumentParser
internal import EventLoop
internal import Glibc
internal import Postgres

/// `voiced database`: the embedded PostgreSQL alone, for backups and for looking into it.
struct EmbeddedDatabase: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "database",
    abstract: "Runs the PostgreSQL of a data folder without the server until SIGTERM or SIGINT.",
    discussion: "Prints its URL in one line. Refused while a server uses the folder.")

  @Option(help: "The data folder of a server.")
  var dataDir: String

  func run() async throws {
    try Folder.make(dataDir, permissions: 0o711)
    let stop = await StopSignals.watch()
    let loops = EventLoopGroup(count: 1)
    let database = EmbeddedPostgres(loop: loops.loops[0], dataFolder: dataDir + "/postgres")
    do {
      if let url = try await stop.unlessStopped({ try await database.start() }) {
        print(url)
        fflush(nil)
        await stop.wait()
      }
    } catch {
      await loops.stop()
      throw error
    }
    await database.stop()
    await loops.stop()
  }
}
