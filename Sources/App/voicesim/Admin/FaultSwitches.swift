internal import Buffers
internal import HTTP
internal import RPCServer
internal import Simulation

/// `POST /sim/faults`: an object with `exotel`, `gemini`, `gemini_text` or several.
///
/// Each part replaces all switches of its side, so `{"exotel":{},"gemini":{},"gemini_text":{}}`
/// puts everything back to normal. `gemini_next` holds for the next session only.
enum FaultSwitches {
  static func apply(_ body: [UInt8], to cloud: SimulatedCloud) -> HTTPExchangeResponse {
    do throws(SimulationError) {
      try change(body, cloud)
      return CloudRoutes.json(json(cloud))
    } catch {
      return CloudRoutes.json(["error": .string(error.message)], status: .badRequest)
    }
  }

  private static let parts: Set<String> = ["exotel", "gemini", "gemini_next", "gemini_text"]

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
    let exotel = try value["exotel"].map { (part) throws(SimulationError) in try ExotelFaults(part)
    }
    let gemini = try value["gemini"].map { (part) throws(SimulationError) in try LiveFaults(part) }
    let next = try value["gemini_next"].map { (part) throws(SimulationError) in try LiveFaults(part)
    }
    let text = try value["gemini_text"].map { (part) throws(SimulationError) in try TextFaults(part)
    }
    if let exotel { cloud.exotel.setFaults(exotel, as: value["exotel"] ?? [:]) }
    if let gemini { cloud.gemini.setFaults(gemini, as: value["gemini"] ?? [:]) }
    if let next { cloud.gemini.arm(next) }
    if let text { cloud.geminiText.setFaults(text, as: value["gemini_text"] ?? [:]) }
  }

  /// The switches as they were last set.
  static func json(_ cloud: SimulatedCloud) -> JSONValue {
    [
      "exotel": cloud.exotel.faultText, "gemini": cloud.gemini.faultText,
      "gemini_text": cloud.geminiText.faultText,
    ]
  }
}
