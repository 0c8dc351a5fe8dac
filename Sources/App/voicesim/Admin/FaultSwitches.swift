internal import Buffers
internal import HTTP
internal import RPCServer
internal import Simulation

/// `POST /sim/faults`: an object with one or several of the parts below.
///
/// Each part replaces all switches of its side, so an empty one puts that side back to normal.
/// `gemini_next` holds for the next session only.
enum FaultSwitches {
  static func apply(_ body: [UInt8], to cloud: SimulatedCloud) -> HTTPExchangeResponse {
    do throws(SimulationError) {
      try change(body, cloud)
      return CloudRoutes.json(json(cloud))
    } catch {
      return CloudRoutes.json(["error": .string(error.message)], status: .badRequest)
    }
  }

  private static let parts: Set<String> = [
    "exotel", "gemini", "gemini_next", "gemini_text", "gemini_embedding", "pinecone",
    "google_stt", "azure_tts",
  ]

  private static func change(
    _ body: [UInt8], _ cloud: SimulatedCloud
  ) throws(SimulationError) {
    guard let value = try? JSONValue(parsing: body), let members = value.objectValue else {
      throw SimulationError(.invalidFault, "the body is not a JSON object")
    }
    for key in members.keys where !parts.contains(key) {
      throw SimulationError(.invalidFault, "faults have no member \"\(key)\"")
    }
    // All parts are read before any is applied.
    let exotel = try read(value["exotel"], ExotelFaults.init)
    let gemini = try read(value["gemini"], LiveFaults.init)
    let next = try read(value["gemini_next"], LiveFaults.init)
    let text = try read(value["gemini_text"], TextFaults.init)
    let embedding = try read(value["gemini_embedding"], EmbeddingFaults.init)
    let pinecone = try read(value["pinecone"], PineconeFaults.init)
    let recognition = try read(value["google_stt"], RecognitionFaults.init)
    let synthesis = try read(value["azure_tts"], SynthesisFaults.init)
    if let exotel { cloud.exotel.setFaults(exotel, as: value["exotel"] ?? [:]) }
    if let gemini { cloud.gemini.setFaults(gemini, as: value["gemini"] ?? [:]) }
    if let next { cloud.gemini.arm(next) }
    if let text { cloud.geminiText.setFaults(text, as: value["gemini_text"] ?? [:]) }
    if let embedding {
      cloud.geminiEmbedding.setFaults(embedding, as: value["gemini_embedding"] ?? [:])
    }
    if let pinecone { cloud.pinecone.setFaults(pinecone, as: value["pinecone"] ?? [:]) }
    if let recognition {
      cloud.googleSpeech.setFaults(recognition, as: value["google_stt"] ?? [:])
    }
    if let synthesis { cloud.azureSpeech.setFaults(synthesis, as: value["azure_tts"] ?? [:]) }
  }

  /// The switches of one part, if the body has it.
  private static func read<Faults>(
    _ part: JSONValue?, _ reader: (JSONValue) throws(SimulationError) -> Faults
  ) throws(SimulationError) -> Faults? {
    guard let part else { return nil }
    return try reader(part)
  }

  /// The switches as they were last set.
  static func json(_ cloud: SimulatedCloud) -> JSONValue {
    [
      "exotel": cloud.exotel.faultText, "gemini": cloud.gemini.faultText,
      "gemini_text": cloud.geminiText.faultText,
      "gemini_embedding": cloud.geminiEmbedding.faultText, "pinecone": cloud.pinecone.faultText,
      "google_stt": cloud.googleSpeech.faultText, "azure_tts": cloud.azureSpeech.faultText,
    ]
  }
}
