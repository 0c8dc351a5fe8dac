internal import Domain
internal import Glibc
internal import Postgres
internal import Speech
internal import Telemetry
import Testing

@testable internal import Calls
@testable internal import Conversation

@Suite struct CallFiguresTests {
  private let registry = MetricsRegistry()

  private func lines() -> [Substring] { registry.prometheusText().split(separator: "\n") }

  @Test(arguments: ["blocked", "completed", "failed", "busy", "no_answer", "canceled"])
  func `an end that never came shows as none`(state: String) {
    _ = CallFigures(registry)
    #expect(lines().contains("payaid_calls_ended_total{state=\"\(state)\"} 0"))
  }

  @Test func `only ends are counted`() {
    let figures = CallFigures(registry)
    for state in [CallState.dialing, .ringing, .inProgress, .failed, .failed] {
      figures.moved(to: state)
    }
    let counts = lines().filter { $0.hasPrefix("payaid_calls_ended_total{") }
    #expect(counts.count == 6)
    #expect(
      counts.filter { !$0.hasSuffix(" 0") } == ["payaid_calls_ended_total{state=\"failed\"} 2"])
  }

  @Test func `answers are counted, and turns without one are not`() throws {
    let figures = CallFigures(registry)
    let latencies = [nil, Duration.milliseconds(700)].enumerated().map {
      TurnLatency(turn: $0, response: $1, model: nil, egress: .zero)
    }
    figures.talked(
      CallReport(
        reason: .callerHungUp, start: nil, duration: .zero, transcript: [], latencies: latencies,
        worstIngress: .zero, usage: SpeechUsage(), counters: CallCounters(),
        recording: nil))
    #expect(lines().contains("payaid_turn_seconds_bucket{le=\"0.5\"} 0"))
    #expect(lines().contains("payaid_turn_seconds_bucket{le=\"0.75\"} 1"))
    #expect(lines().contains("payaid_turn_seconds_count 1"))
  }

  @Test func `the oldest recording that waits tells how long`() async throws {
    let ending = try await EndingScene.make()
    let calls = [try await ending.talk(), try await ending.talk()]
    #expect(await ending.recordings.age(ofOldest: []) == .zero)
    var times = [timespec(tv_sec: time(nil) - 900, tv_nsec: 0)]
    times.append(times[0])
    let path = "\(ending.folder.path)/\(calls[1].id.text).spool"
    try #require(utimensat(AT_FDCWD, path, times, 0) == 0)
    let age = await ending.recordings.age(ofOldest: calls.map(\.id))
    #expect((.seconds(900)...Duration.seconds(960)).contains(age))
    await ending.scene.pool.close()
  }
}
