internal import Buffers
internal import EventLoop
internal import HTTP
internal import HTTPClient
internal import Simulation
internal import TLS

/// Posts status callbacks, again after a failure. Loop-confined.
final class CallbackSender {
  /// The vendor waits five and fifteen minutes; here it is seconds.
  private static let retries: [Duration] = [.milliseconds(500), .milliseconds(1_500)]

  private unowned let cloud: SimulatedCloud
  private var sent = 0
  private var failedAttempts = 0
  private var givenUp = 0
  private var answers: [Int: Int] = [:]

  init(cloud: SimulatedCloud) { self.cloud = cloud }

  func send(_ event: StatusEvent, to url: String, as form: ConnectRequest.CallbackBody) {
    post(request(event, url, form), attempt: 0)
  }

  private func request(
    _ event: StatusEvent, _ url: String, _ form: ConnectRequest.CallbackBody
  ) -> ClientRequest {
    var request = ClientRequest(method: "POST", url: url, timeout: .seconds(15))
    switch form {
    case .json:
      request.headers.add("content-type", "application/json")
      request.body = event.json
    case .multipart:
      let boundary = "------------------------" + Hex.encode(RandomBytes.generate(8))
      request.headers.add("content-type", "multipart/form-data; boundary=\(boundary)")
      request.body = event.multipart(boundary: boundary)
    }
    if cloud.exotel.faults.signsCallbacks {
      let key = Array(cloud.settings.webhookSecret.utf8)
      let mac = Digest.hmacSHA256(key: key, request.body)
      request.headers.add("x-exotel-signature", "sha256=" + Hex.encode(mac))
    }
    return request
  }

  private func post(_ request: ClientRequest, attempt: Int) {
    sent += 1
    let http = cloud.http
    let this = LoopBound(self, loop: cloud.loop)
    Task(executorPreference: cloud.loop) {
      let status = try? await http.send(request).status.rawValue
      this.value.finished(request, attempt: attempt, status: status)
    }
  }

  private func finished(_ request: ClientRequest, attempt: Int, status: Int?) {
    answers[status ?? 0, default: 0] += 1
    if let status, (200..<300).contains(status) { return }
    failedAttempts += 1
    guard attempt < Self.retries.count else {
      givenUp += 1
      return
    }
    cloud.after(Self.retries[attempt]) { self.post(request, attempt: attempt + 1) }
  }

  /// Counts for `GET /sim/metrics`; answer 0 means that there was none.
  var json: JSONValue {
    [
      "sent": .int(sent), "failed_attempts": .int(failedAttempts), "given_up": .int(givenUp),
      "answers": .object(JSONObject(answers.map { (String($0.key), JSONValue.int($0.value)) })),
    ]
  }
}
