internal import Buffers
internal import EventLoop
internal import HTTP
internal import RPCServer
internal import Simulation
internal import WebSocket

/// The Live API of one project. Loop-confined.
final class LiveService {
  unowned let cloud: SimulatedCloud
  private(set) var faults: LiveFaults
  private(set) var faultText: JSONValue = [:]
  /// Faults for the next sessions, one each, before the general ones.
  private var armed: [LiveFaults] = []
  var handles = ResumptionStore()
  private var sessions: [LiveSession] = []
  private var totals = LiveReport()
  private var opened = 0
  private var refused = 0
  private var closes: [String: Int] = [:]

  init(cloud: SimulatedCloud) {
    self.cloud = cloud
    faults = cloud.settings.scenario.geminiFaults
  }

  func setFaults(_ faults: LiveFaults, as text: JSONValue) {
    self.faults = faults
    faultText = text
    armed = []
  }

  /// Makes `faults` those of the next session that opens.
  func arm(_ faults: LiveFaults) { armed.append(faults) }

  /// How many sessions are open.
  var active: Int { sessions.count { !$0.isOver } }

  /// Opens the socket even for a wrong key: the real service refuses by a close.
  func decide(_ request: HTTPExchangeRequest, version: String) -> WebSocketDecision {
    let faults = armed.isEmpty ? self.faults : armed.removeFirst()
    if let status = faults.upgradeStatus {
      refused += 1
      return .reject(HTTPStatus(rawValue: status))
    }
    let isKnown = hasKey(request)
    let this = LoopBound(self, loop: cloud.loop)
    return .accept(onOpen: { channel, _ in
      this.value.open(channel, version: version, faults: faults, isKnown: isKnown)
    })
  }

  private func hasKey(_ request: HTTPExchangeRequest) -> Bool {
    let key = request.query["key"] ?? request.head.headers["x-goog-api-key"]
    return key == cloud.settings.geminiKey
  }

  private func open(
    _ channel: WebSocketChannel, version: String, faults: LiveFaults, isKnown: Bool
  ) {
    guard isKnown else {
      refused += 1
      // After the upgrade answer has gone out.
      cloud.after(.milliseconds(1)) {
        channel.close(code: LiveClose.invalidKey.code, reason: LiveClose.invalidKey.reason)
      }
      return
    }
    opened += 1
    let machine = LiveMachine(version: version, faults: faults, book: cloud.book, now: cloud.now)
    let session = LiveSession(machine, channel, service: self)
    sessions.append(session)
    session.start()
  }

  /// A session is over; its report goes into the totals.
  func ended(_ session: LiveSession, _ how: String) {
    totals.add(session.report)
    closes[how, default: 0] += 1
    if sessions.count > 500 { sessions.removeAll { $0.isOver } }
  }

  /// `GET /sim/sessions`.
  var sessionList: JSONValue { ["sessions": .array(sessions.suffix(500).map(\.json))] }

  /// The Gemini part of `GET /sim/metrics`.
  var metrics: JSONValue {
    var report = totals
    for session in sessions where !session.isOver { report.add(session.report) }
    return [
      "sessions": .int(opened), "active": .int(active), "refused": .int(refused),
      "closes": .object(JSONObject(closes.map { ($0.key, JSONValue.int($0.value)) })),
      "totals": report.json,
    ]
  }
}
