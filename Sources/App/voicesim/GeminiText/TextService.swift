internal import Buffers
internal import HTTP
internal import RPCServer
internal import Simulation

/// The text models of one project, and the list of all models. Loop-confined.
final class TextService {
  /// Whose key and script count.
  private unowned let cloud: SimulatedCloud
  /// Decides.
  private var machine: TextMachine
  /// The switches as they were last set.
  private(set) var faultText: JSONValue = [:]

  /// Begins with the faults of the script.
  init(cloud: SimulatedCloud) {
    self.cloud = cloud
    machine = TextMachine(
      key: cloud.settings.geminiKey, faults: cloud.settings.scenario.geminiTextFaults)
  }

  /// Replaces all switches; `text` is how they were written.
  func setFaults(_ faults: TextFaults, as text: JSONValue) {
    machine.setFaults(faults)
    faultText = text
  }

  /// The text part of `GET /sim/metrics`.
  var metrics: JSONValue { machine.report.json }

  /// `POST /{version}/models/{model}:{method}`.
  func call(
    _ request: HTTPExchangeRequest, version: String
  ) -> (response: HTTPExchangeResponse, delay: Duration) {
    let reply = machine.answer(
      TextCall(
        version: version, segment: request.pathParameters["model"] ?? "", key: key(of: request),
        body: request.body))
    return (CloudRoutes.json(reply.json, status: HTTPStatus(rawValue: reply.status)), reply.delay)
  }

  /// `GET /{version}/models`, by pages.
  func models(_ request: HTTPExchangeRequest) -> HTTPExchangeResponse {
    answer(request) { () throws(GoogleError) in
      try ModelList.page(size: request.query["pageSize"], token: request.query["pageToken"])
    }
  }

  /// `GET /{version}/models/{model}`.
  func model(_ request: HTTPExchangeRequest) -> HTTPExchangeResponse {
    answer(request) { () throws(GoogleError) in
      try ModelList.entry(named: request.pathParameters["model"] ?? "")
    }
  }

  /// What `body` makes for a request with the right key.
  private func answer(
    _ request: HTTPExchangeRequest, _ body: () throws(GoogleError) -> JSONValue
  ) -> HTTPExchangeResponse {
    do throws(GoogleError) {
      let fault = GoogleError.keyFault(
        given: key(of: request), expected: cloud.settings.geminiKey)
      if let fault { throw fault }
      return CloudRoutes.json(try body())
    } catch {
      return CloudRoutes.json(error.json, status: HTTPStatus(rawValue: error.code))
    }
  }

  /// From the query or the header.
  private func key(of request: HTTPExchangeRequest) -> String? {
    request.query["key"] ?? request.head.headers["x-goog-api-key"]
  }
}
