internal import Buffers
internal import HTTP
internal import RPCServer
internal import Synchronization
internal import Telemetry

/// Whether the server can do its work now, and how each thing it depends on is.
///
/// Vendors are not asked: their trouble does not make this server the wrong one to ask. Answers are
/// kept for a second, so that asking often costs nothing.
final class Readiness: Sendable {
  /// Something the server needs.
  struct Dependency: Sendable {
    let name: String
    /// What kind it is, as `embedded`.
    let kind: String
    /// Whether the server is of no use without it.
    var isVital = true
    /// Throws when it is not there; bounded in time by itself.
    let probe: @Sendable () async throws -> Void
  }

  /// What was found, at most a second ago.
  struct Answer {
    let isReady: Bool
    /// What a load balancer needs to know.
    let summary: [UInt8]
    /// With each dependency, which is for operators.
    let details: [UInt8]
  }

  private struct State {
    var isDraining = false
    var answer: Answer?
    var time = ContinuousClock.now
  }

  private static let lifetime = Duration.seconds(1)

  private let dependencies: [Dependency]
  /// Beside the dependencies, in their order.
  private let gauges: [Gauge]
  private let state = Mutex(State())

  init(_ dependencies: [Dependency]) {
    self.dependencies = dependencies
    gauges = dependencies.map {
      MetricsRegistry.process.gauge(
        "dependency_up", help: "1 when what the server needs answered the last probe, else 0.",
        labels: ["dependency": $0.name])
    }
  }

  /// From now on the answer is no.
  func beginDrain() {
    state.withLock {
      $0.isDraining = true
      $0.answer = nil
    }
  }

  /// `{"status":"ready","dependencies":{"database":{"status":"ok","kind":"embedded","ms":0.4}}}` with
  /// 200, or 503 with the status `draining` or `unavailable`; the status alone unless `inDetail`.
  func response(inDetail: Bool) async -> HTTPExchangeResponse {
    let answer = await answer()
    return HTTPExchangeResponse(
      status: answer.isReady ? .ok : .serviceUnavailable, contentType: "application/json",
      body: inDetail ? answer.details : answer.summary)
  }

  /// The answer of the last second, or a new one; the gauges then show what was found.
  @discardableResult
  func answer() async -> Answer {
    let known = state.withLock { state in
      ContinuousClock.now - state.time < Self.lifetime ? state.answer : nil
    }
    if let known { return known }
    return await ask()
  }

  private func ask() async -> Answer {
    var states: [(Dependency, Bool, Duration)] = []
    for (dependency, gauge) in zip(dependencies, gauges) {
      let start = ContinuousClock.now
      let isThere = (try? await dependency.probe()) != nil
      gauge.set(isThere ? 1 : 0)
      states.append((dependency, isThere, ContinuousClock.now - start))
    }
    let found = states
    return state.withLock { state in
      let isReady = !state.isDraining && found.allSatisfy { $0.1 || !$0.0.isVital }
      let status = state.isDraining ? "draining" : isReady ? "ready" : "unavailable"
      let answer = Answer(
        isReady: isReady, summary: Self.body(status), details: Self.body(status, found))
      state.answer = answer
      state.time = .now
      return answer
    }
  }

  private static func body(_ status: String) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key("status")
    json.string(status)
    json.endObject()
    return json.bytes
  }

  private static func body(_ status: String, _ states: [(Dependency, Bool, Duration)]) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key("status")
    json.string(status)
    json.key("dependencies")
    json.beginObject()
    for (dependency, isThere, time) in states {
      json.key(dependency.name)
      json.beginObject()
      json.key("status")
      json.string(isThere ? "ok" : "unavailable")
      json.key("kind")
      json.string(dependency.kind)
      json.key("ms")
      json.number((time / .milliseconds(1) * 1000).rounded() / 1000)
      json.endObject()
    }
    json.endObject()
    json.endObject()
    return json.bytes
  }
}
