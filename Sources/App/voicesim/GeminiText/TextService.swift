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
      key: cloud.settings.geminiKey, faults: cloud.settings.scenario.geminiTextFaults,
      book: cloud.book)
  }

  /// Replaces all switches; `text` is how they were written.
  func setFaults(_ faults: TextFaults, as text: JSONValue) {
    machine.setFaults(faults)
    faultText = text
  }

  /// The text part of `GET /sim/metrics`.
  var metrics: JSONValue { machine.report.json }

  /// The answer to a method of a text model, or of no model.
  func answer(_ call: TextCall) -> TextReply { machine.answer(call) }

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
        given: request.googleKey, expected: cloud.settings.geminiKey)
      if let fault { throw fault }
      return CloudRoutes.json(try body())
    } catch {
      return CloudRoutes.json(error.json, status: HTTPStatus(rawValue: error.code))
    }
  }
}

extension HTTPExchangeRequest {
  /// The key of a call to Google, from the query or the header.
  var googleKey: String? { query["key"] ?? head.headers["x-goog-api-key"] }
}
