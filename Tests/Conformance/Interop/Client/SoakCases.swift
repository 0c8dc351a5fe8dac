internal import EventLoop
internal import InteropSchema
internal import Protobuf
internal import RPCCore
internal import Schema

/// Cases that repeat a large call, and count what fails or takes too long.
enum SoakCases {
  @Sendable static func rpc(_ peer: Peer) async throws {
    try await soak(peer) { try await call(peer) }
  }

  /// The same with a channel for each call; making it counts, closing it does not.
  @Sendable static func channel(_ peer: Peer) async throws {
    try await soak(peer) {
      var latency = Duration.zero
      let start = ContinuousClock.now
      try await peer.withChannel {
        _ = try await call($0)
        latency = start.duration(to: .now)
      }
      return latency
    }
  }

  private static func call(_ peer: Peer) async throws -> Duration {
    let start = ContinuousClock.now
    let response = try await peer.service.unaryCall(
      .with {
        $0.responseSize = Int32(peer.pace.soakResponseSize)
        $0.payload = .zeros(peer.pace.soakRequestSize)
      })
    let size = response.payload?.body.count
    try expect(size == peer.pace.soakResponseSize, "the payload has \(size ?? -1) bytes")
    return start.duration(to: .now)
  }

  private struct Tally {
    var done = 0
    var failures: [String] = []
  }

  private static func soak(
    _ peer: Peer, _ body: @escaping @Sendable () async throws -> Duration
  ) async throws {
    let pace = peer.pace
    let end = ContinuousClock.now + .seconds(pace.soakTimeoutSeconds ?? pace.soakIterations)
    let tallies = try await withThrowingTaskGroup(of: Tally.self) { group in
      for worker in 0..<pace.soakWorkers {
        let share = pace.soakIterations / pace.soakWorkers
        let rest = worker < pace.soakIterations % pace.soakWorkers ? 1 : 0
        group.addTask { try await work(share + rest, until: end, peer, body) }
      }
      return try await group.reduce(into: [Tally]()) { $0.append($1) }
    }
    let done = tallies.reduce(0) { $0 + $1.done }
    let failures = tallies.flatMap(\.failures)
    try expect(done == pace.soakIterations, "\(done) of \(pace.soakIterations) calls were in time")
    try expect(
      failures.count <= pace.soakMaxFailures,
      "\(failures.count) calls failed or were slow: \(failures.prefix(3))")
  }

  private static func work(
    _ iterations: Int, until end: ContinuousClock.Instant, _ peer: Peer,
    _ body: @Sendable () async throws -> Duration
  ) async throws -> Tally {
    var tally = Tally()
    let limit = Duration.milliseconds(peer.pace.soakLatencyMilliseconds)
    while tally.done < iterations, ContinuousClock.now < end {
      let next = ContinuousClock.now + .milliseconds(peer.pace.soakIntervalMilliseconds)
      do {
        let latency = try await body()
        if latency > limit { tally.failures.append("took \(latency)") }
      } catch {
        tally.failures.append("\(error)")
      }
      tally.done += 1
      if next > .now { try await peer.loop.sleep(for: ContinuousClock.now.duration(to: next)) }
    }
    return tally
  }
}
