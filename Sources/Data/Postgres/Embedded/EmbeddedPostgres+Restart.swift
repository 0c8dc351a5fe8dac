internal import EventLoop
internal import Telemetry

extension EmbeddedPostgres {
  /// From now on a server that ends is started again, in the same place, where pools find it.
  func keep(_ places: ClusterPlaces, _ binaries: PostgresBinaries, _ account: Account) {
    isKept = true
    runningSince = loop.now
    if server?.exitStatus != nil { serverEnded(places, binaries, account) }
  }

  func serverEnded(
    _ places: ClusterPlaces, _ binaries: PostgresBinaries, _ account: Account
  ) {
    guard isKept, restart == nil else { return }
    if let since = runningSince, since.duration(to: loop.now) > .seconds(60) { restarts = 0 }
    restart = Task(executorPreference: loop) { [self] in
      await startAgain(places, binaries, account)
    }
  }

  private func startAgain(
    _ places: ClusterPlaces, _ binaries: PostgresBinaries, _ account: Account
  ) async {
    defer { restart = nil }
    let log = Log("postgres")
    // Its last words may come after its end.
    await pauseBeforeRestart()
    let status = server?.exitStatus.map { "\($0)" } ?? ""
    log.error("postgres ended by itself", ["status": "\(status)", "output": "\(tail.text)"])
    while isKept {
      do {
        try await startServer(places, binaries, account)
        runningSince = loop.now
        if server?.exitStatus == nil { return log.info("postgres runs again") }
      } catch {
        guard isKept else { return }
        log.error("postgres could not be started again", ["error": "\(error)"])
        // One that does not answer yet may be replaying its log, and is left to that.
        _ = await server?.waitForExit()
      }
      await pauseBeforeRestart()
    }
  }

  /// Longer each time, until the server has run for a minute.
  private func pauseBeforeRestart() async {
    restarts += 1
    try? await loop.sleep(for: Backoff.delay(attempt: restarts))
  }
}
