internal import Buffers
internal import HTTP
internal import RPCServer
internal import Simulation

/// Text to speech of one resource. Loop-confined.
final class SynthesisService {
  /// Whose clock counts.
  private unowned let cloud: SimulatedCloud
  /// Decides.
  private var machine: SynthesisMachine
  /// The switches as they were last set.
  private(set) var faultText: JSONValue = [:]

  /// Begins with the faults of the script.
  init(cloud: SimulatedCloud) {
    self.cloud = cloud
    machine = SynthesisMachine(
      key: cloud.settings.azureSpeechKey, faults: cloud.settings.scenario.synthesisFaults)
  }

  /// Replaces all switches; `text` is how they were written.
  func setFaults(_ faults: SynthesisFaults, as text: JSONValue) {
    machine.setFaults(faults)
    faultText = text
  }

  /// The speech synthesis part of `GET /sim/metrics`.
  var metrics: JSONValue { machine.report.json }

  /// `GET /sim/ssml`.
  var ssml: JSONValue { machine.ssml }

  /// Takes one call for speech.
  func receive(_ request: HTTPExchangeRequest) -> SynthesisMachine.OnCall {
    let headers = request.head.headers
    let call = SynthesisCall(
      key: request.azureKey, authorization: headers["authorization"],
      contentType: headers["content-type"], format: headers["x-microsoft-outputformat"],
      userAgent: headers["user-agent"], body: request.body)
    return machine.receive(call, at: cloud.now)
  }

  /// `GET /cognitiveservices/voices/list`.
  func voices(_ request: HTTPExchangeRequest) -> HTTPExchangeResponse {
    let fault = machine.listFault(
      key: request.azureKey, authorization: request.head.headers["authorization"], at: cloud.now)
    return fault.map(SpeechRoutes.response) ?? CloudRoutes.json(AzureVoice.list)
  }

  /// `POST /sts/v1.0/issueToken`.
  func issueToken(_ request: HTTPExchangeRequest) -> HTTPExchangeResponse {
    SpeechRoutes.response(machine.issueToken(key: request.azureKey, at: cloud.now))
  }
}

extension HTTPExchangeRequest {
  /// The key of a call to Azure.
  fileprivate var azureKey: String? { head.headers["ocp-apim-subscription-key"] }
}
