internal import Buffers
internal import HTTP
internal import RPCServer
internal import Simulation

/// The embedding models of one project. Loop-confined.
final class EmbeddingService {
  /// Decides.
  private var machine: EmbeddingMachine
  /// The switches as they were last set.
  private(set) var faultText: JSONValue = [:]

  /// Begins with the faults of the script.
  init(cloud: SimulatedCloud) {
    machine = EmbeddingMachine(
      key: cloud.settings.geminiKey, faults: cloud.settings.scenario.geminiEmbeddingFaults)
  }

  /// Replaces all switches; `text` is how they were written.
  func setFaults(_ faults: EmbeddingFaults, as text: JSONValue) {
    machine.setFaults(faults)
    faultText = text
  }

  /// The embedding part of `GET /sim/metrics`.
  var metrics: JSONValue { machine.report.json }

  /// The answer to `embedContent` or `batchEmbedContents`.
  func answer(_ call: TextCall) -> TextReply { machine.answer(call) }
}
