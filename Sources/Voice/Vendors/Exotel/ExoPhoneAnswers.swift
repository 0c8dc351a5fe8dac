internal import Buffers
internal import Speech

/// Reads Exotel's answers about numbers, in the shapes that its documents and clients show; pure.
enum ExoPhoneAnswers {
  /// A list: bare, or a member of an object, each element bare or wrapped once more.
  static func numbers(_ response: VendorResponse) throws(SpeechError) -> [CarrierNumber] {
    let json = parsed(response)
    let list =
      json?.arrayValue ?? json?["incoming_phone_numbers"]?.arrayValue
      ?? json?["IncomingPhoneNumbers"]?.arrayValue ?? json?["available_phone_numbers"]?.arrayValue
    guard let list else { throw unreadable(response) }
    return list.compactMap { read($0["IncomingPhoneNumber"] ?? $0) }
  }

  /// One number that is ours.
  static func number(_ response: VendorResponse) throws(SpeechError) -> CarrierNumber {
    guard let json = parsed(response), let number = read(json["IncomingPhoneNumber"] ?? json),
      number.id != nil
    else { throw unreadable(response) }
    return number
  }

  private static func parsed(_ response: VendorResponse) -> JSONValue? {
    try? JSONValue(parsing: response.body, duplicateKeys: .lastWins)
  }

  private static func unreadable(_ response: VendorResponse) -> SpeechError {
    SpeechError(.outcomeUnknown, "exotel answered \(response.status) with an unreadable body")
  }

  private static func read(_ value: JSONValue) -> CarrierNumber? {
    guard let text = value.text("phone_number", "PhoneNumber")?.nonEmpty else { return nil }
    var number = CarrierNumber(number: ExotelNumbers.normalized(text))
    number.id = value.text("sid", "Sid")?.nonEmpty
    number.region = value.text("region", "Region")?.nonEmpty
    number.monthlyRent = value.text("rental_price", "RentalPrice")?.nonEmpty
    switch value.text("number_type", "NumberType")?.lowercased() {
    case "landline": number.type = .landline
    case "mobile": number.type = .mobile
    case "tollfree", "toll_free": number.type = .tollFree
    default: break
    }
    return number
  }
}
