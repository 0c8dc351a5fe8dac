internal import Buffers
internal import EventLoop
internal import RPCServer
internal import Simulation

/// Speech-to-Text of one project. Loop-confined.
final class RecognitionService {
  /// Whose ears hear.
  private unowned let cloud: SimulatedCloud
  /// Decides.
  private var machine: RecognitionMachine
  /// Requests that are being heard.
  private var active = 0
  /// The switches as they were last set.
  private(set) var faultText: JSONValue = [:]

  /// Begins with the faults of the script.
  init(cloud: SimulatedCloud) {
    self.cloud = cloud
    machine = RecognitionMachine(
      key: cloud.settings.googleSpeechKey, faults: cloud.settings.scenario.recognitionFaults)
  }

  /// Replaces all switches; `text` is how they were written.
  func setFaults(_ faults: RecognitionFaults, as text: JSONValue) {
    machine.setFaults(faults)
    faultText = text
  }

  /// The speech recognition part of `GET /sim/metrics`.
  var metrics: JSONValue { machine.report.json }

  /// Takes one call of `speech:recognize`.
  func receive(_ request: HTTPExchangeRequest) -> RecognitionMachine.OnCall {
    machine.receive(key: request.googleKey, body: request.body)
  }

  /// Who hears, and how many sessions and requests they hear at once with the one that begins.
  func beginHearing() -> (ears: Ears, sessions: Int) {
    active += 1
    return (cloud.ears, active + cloud.gemini.active)
  }

  /// The ears have found the words of each utterance; nil where they could not.
  func heard(_ words: [String?], in recognition: Recognition) -> RecognitionReply {
    active -= 1
    return machine.heard(words, in: recognition)
  }
}
