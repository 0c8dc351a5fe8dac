internal import Buffers
internal import Speech

/// Reads Exotel's JSON answers and decides what an error means; pure.
enum ExotelAnswers {
  static func call(_ response: VendorResponse) throws(SpeechError) -> CarrierCall {
    guard let call = json(response)?["Call"].flatMap(read) else { throw unreadable(response) }
    return call
  }

  static func calls(_ response: VendorResponse) throws(SpeechError) -> [CarrierCall] {
    guard let list = json(response)?["Calls"]?.arrayValue else { throw unreadable(response) }
    // Some answers wrap each element once more.
    return list.compactMap { read($0["Call"] ?? $0) }
  }

  private static func json(_ response: VendorResponse) -> JSONValue? {
    try? JSONValue(parsing: response.body, duplicateKeys: .lastWins)
  }

  private static func unreadable(_ response: VendorResponse) -> SpeechError {
    SpeechError(.outcomeUnknown, "exotel answered \(response.status) with an unreadable body")
  }

  private static func read(_ value: JSONValue) -> CarrierCall? {
    guard let sid = value.text("Sid")?.nonEmpty else { return nil }
    var call = CarrierCall(
      id: CarrierCallID(rawValue: sid),
      status: CarrierCallStatus(exotel: value.text("Status") ?? ""))
    call.callID = value.text("CustomField")?.nonEmpty
    call.startedAt = value.text("StartTime").flatMap(IndianTime.parse)
    call.endedAt = value.text("EndTime").flatMap(IndianTime.parse)
    call.duration = value.text("Duration").flatMap { Int($0) }.map { .seconds($0) }
    call.price = value.text("Price")?.nonEmpty
    call.recordingURL = value.text("RecordingUrl")?.nonEmpty
    return call
  }

  /// What a status other than 2xx means. The vendor's message is searched, never quoted: it may
  /// name the callee.
  static func failure(_ response: VendorResponse) -> SpeechError {
    let message = "exotel answered \(response.status)"
    switch response.status {
    case 401, 404, 405:
      return SpeechError(.configuration, "\(message): credentials, account or region")
    case 402: return SpeechError(.quota, "\(message): balance or plan")
    case 403 where isRegulatory(response.body):
      return SpeechError(.permanent, "\(message): the number may not be called")
    case 403: return SpeechError(.configuration, "\(message): feature off, kyc or ip allowlist")
    case 429:
      return SpeechError(
        .quota, "\(message): rate limit", retryAfter: response.retryAfter ?? .seconds(1))
    case 502, 503:
      return SpeechError(.transient, message, retryAfter: response.retryAfter)
    case 500...: return SpeechError(.outcomeUnknown, message)
    default: return SpeechError(.permanent, "\(message): bad parameter")
    }
  }

  private static func isRegulatory(_ body: [UInt8]) -> Bool {
    let text = String(decoding: body, as: UTF8.self).lowercased()
    return ["dnd", "ndnc", "regulat", "trai"].contains { text.contains($0) }
  }
}
