internal import Buffers
internal import EventLoop
internal import HTTP
internal import RPCServer
internal import Simulation
internal import TLS

/// The voice API of one Exotel account. Loop-confined.
final class ExotelService {
  /// An answer, and how long it is held back.
  struct Reply: Sendable {
    var response: HTTPExchangeResponse
    var delay: Duration = .zero
  }

  unowned let cloud: SimulatedCloud
  private(set) var faults: ExotelFaults
  private(set) var faultText: JSONValue = [:]
  private var limiter: MinuteLimiter
  /// As the API finds them.
  private var calls: [String: ExotelCall] = [:]
  /// All there were, oldest first; some may share a SID.
  private var placed: [ExotelCall] = []
  private var requests = 0
  private var refusals: [Int: Int] = [:]
  private lazy var stock = NumberStock(account: cloud.settings.exotelSid)
  private(set) lazy var callbacks = CallbackSender(cloud: cloud)
  /// Streams open now.
  var activeStreams = 0
  /// Reports of streams that have ended.
  var totals = StreamTotals()

  init(cloud: SimulatedCloud) {
    self.cloud = cloud
    faults = cloud.settings.scenario.exotelFaults
    limiter = MinuteLimiter(limit: faults.requestsPerMinute)
  }

  func setFaults(_ faults: ExotelFaults, as text: JSONValue) {
    self.faults = faults
    faultText = text
    limiter.limit = faults.requestsPerMinute
  }

  /// Answers any request under `/v1/Accounts` and `/v2_beta/Accounts`.
  func handle(_ request: HTTPExchangeRequest) -> Reply {
    requests += 1
    let path = request.head.path
    let isJSON = path.hasSuffix(".json") || path.hasPrefix("/v2_beta/")
    var delay = faults.restDelay
    let answer = refusal(of: request) ?? route(request, delay: &delay)
    if answer.status >= 400 { refusals[answer.status, default: 0] += 1 }
    var response = HTTPExchangeResponse(
      status: HTTPStatus(rawValue: answer.status),
      contentType: isJSON ? "application/json" : "application/xml",
      body: isJSON ? answer.json : answer.xml)
    if answer.status == 429 { response.headers.add("retry-after", "60") }
    if answer.status == 401 {
      response.headers.add("www-authenticate", "Basic realm=\"Exotel API\"")
    }
    return Reply(response: response, delay: delay)
  }

  private func refusal(of request: HTTPExchangeRequest) -> RestAnswer? {
    guard isAuthorized(request) else {
      return .exception(401, "Authentication is required to view this page.", code: 34010)
    }
    guard limiter.admit(at: cloud.now) else {
      return .exception(429, "Too many requests: the limit is \(limiter.limit) a minute.")
    }
    if faults.restCount > 0, let status = faults.restStatus {
      faults.restCount -= 1
      return .exception(status, "Injected by the simulator.")
    }
    return nil
  }

  private func isAuthorized(_ request: HTTPExchangeRequest) -> Bool {
    let settings = cloud.settings
    guard request.pathParameters["sid"] == settings.exotelSid,
      let header = request.head.headers["authorization"], header.lowercased().hasPrefix("basic "),
      let given = Base64.decode(String(header.dropFirst(6)))
    else { return false }
    return constantTimeEquals(given, Array("\(settings.exotelKey):\(settings.exotelToken)".utf8))
  }

  private func route(_ request: HTTPExchangeRequest, delay: inout Duration) -> RestAnswer {
    if request.head.path.hasPrefix("/v2_beta/") { return numbers(request, delay: &delay) }
    let last = Self.lastName(of: request.head.path)
    switch (request.head.method, last.lowercased()) {
    case ("POST", "connect"): return connect(request, delay: &delay)
    case (_, "calls"): return list(request)
    case ("GET", "activestreams"): return activeStreamCount
    default: break
    }
    if let number = request.pathParameters["number"] { return lookUp(number) }
    guard request.head.method == "GET", let call = calls[last] else {
      return .exception(404, "The requested resource was not found.")
    }
    return details(of: call, request)
  }

  /// The ExoPhones API.
  private func numbers(_ request: HTTPExchangeRequest, delay: inout Duration) -> RestAnswer {
    let query = request.query.items.map { ($0.name, $0.value) }
    if let country = request.pathParameters["country"], let type = request.pathParameters["type"] {
      return stock.available(country: country, type: type, query: query)
    }
    let sid = request.pathParameters["exophone"]
    switch (request.head.method, sid) {
    case ("GET", nil): return stock.list(query: query)
    case ("GET", let sid?): return stock.details(sid: sid)
    case ("DELETE", let sid?): return stock.release(sid: sid)
    default: break
    }
    guard let fields = FormReader.fields(of: request) else {
      return .exception(400, "The body is neither form-urlencoded nor multipart/form-data.")
    }
    if let sid { return stock.update(sid: sid, fields) }
    if faults.swallowedAnswers > 0 {
      faults.swallowedAnswers -= 1
      delay = .seconds(180)
    }
    return stock.buy(fields, sid: Hex.encode(RandomBytes.generate(16)))
  }

  private static func lastName(of path: Substring) -> String {
    let last = path.split(separator: "/").last ?? ""
    return String(last.hasSuffix(".json") ? last.dropLast(5) : last)
  }

  private func connect(_ request: HTTPExchangeRequest, delay: inout Duration) -> RestAnswer {
    guard let fields = FormReader.fields(of: request) else {
      return .exception(400, "The body is neither form-urlencoded nor multipart/form-data.")
    }
    do throws(FieldFault) {
      let order = try ConnectRequest(fields: fields)
      if faults.swallowedAnswers > 0 {
        faults.swallowedAnswers -= 1
        delay = .seconds(180)
      }
      return RestAnswer(["Call": place(order).record.json()])
    } catch {
      return .exception(400, error.message, code: 34001)
    }
  }

  /// Somebody rings an ExoPhone; the SID of the call.
  func ring(_ ring: IncomingRing) -> String {
    place(ConnectRequest(ring), sid: ring.callSid).record.sid
  }

  private func place(_ order: ConnectRequest, sid: String? = nil) -> ExotelCall {
    let record = CallRecord(
      sid: sid ?? Hex.encode(RandomBytes.generate(16)), accountSid: cloud.settings.exotelSid,
      request: order, created: cloud.unixTime)
    let script = cloud.settings.scenario.script(for: order.from)
    if let faults = script.geminiFaults { cloud.gemini.arm(faults) }
    let call = ExotelCall(record, script: script, service: self)
    // To the API, a call that is rung again under its SID is still the one that goes on.
    if calls[record.sid]?.record.isOver ?? true { calls[record.sid] = call }
    placed.append(call)
    call.start()
    return call
  }

  private func list(_ request: HTTPExchangeRequest) -> RestAnswer {
    do throws(FieldFault) {
      let query = try CallListQuery(request.query.items.map { ($0.name, $0.value) })
      let path = "/v1/Accounts/\(cloud.settings.exotelSid)/Calls.json"
      return RestAnswer(query.answer(from: calls.values.map(\.record), path: path))
    } catch {
      return .exception(400, error.message)
    }
  }

  private func details(of call: ExotelCall, _ request: HTTPExchangeRequest) -> RestAnswer {
    if let text = request.query["RecordingUrlValidity"] {
      guard let minutes = Int(text), (5...60).contains(minutes) else {
        return .exception(400, "RecordingUrlValidity must be from 5 to 60")
      }
    }
    return RestAnswer(["Call": call.record.json(details: request.query["details"] == "true")])
  }

  private func lookUp(_ text: String) -> RestAnswer {
    let name = text.hasSuffix(".json") ? String(text.dropLast(5)) : text
    guard let number = PhoneDigits.international(name) else {
      return .exception(400, "The number is not valid.")
    }
    let isListed = cloud.settings.scenario.doNotDisturb.contains(number)
    return RestAnswer([
      "Numbers": [
        "PhoneNumber": .string(PhoneDigits.national(number)), "Circle": "KA",
        "CircleName": "Karnataka", "Type": "Mobile", "Operator": "AT", "OperatorName": "Airtel",
        "DND": isListed ? "Yes" : "No",
      ]
    ])
  }

  private var activeStreamCount: RestAnswer {
    RestAnswer([
      "Stream": [
        "ActiveStreamCount": .int(activeStreams), "ThrottleLimit": .int(faults.streamLimit),
      ]
    ])
  }

  /// `GET /sim/calls`: newest first.
  var callList: JSONValue {
    ["calls": .array(placed.reversed().prefix(1_000).map(\.json))]
  }

  /// The Exotel part of `GET /sim/metrics`.
  var metrics: JSONValue {
    var statuses: [String: Int] = [:]
    var report = totals
    for call in placed {
      statuses[call.record.status.rawValue, default: 0] += 1
      if let live = call.liveReport { report.add(live) }
    }
    return [
      "requests": .int(requests),
      "refusals": .object(JSONObject(refusals.map { (String($0.key), JSONValue.int($0.value)) })),
      "calls": .object(JSONObject(statuses.map { ($0.key, JSONValue.int($0.value)) })),
      "active_streams": .int(activeStreams), "callbacks": callbacks.json, "streams": report.json,
    ]
  }
}
