internal import Buffers

/// The numbers that the vendor has to offer, and those that the account rents.
package struct NumberStock: Sendable {
  /// One number of the account's.
  private struct Rented {
    let sid: String
    let offer: Offer
    var name: String
    var voiceURL: String?
  }

  /// One number of the vendor's.
  private struct Offer: Equatable {
    let number: String
    let type: String
    let region: String
    let price: String
  }

  private static let pageSize = 50
  private let account: String
  private var offers: [Offer]
  private var rented: [Rented] = []

  /// A full stock: twenty numbers of each kind in each of three circles.
  package init(account: String) {
    self.account = account
    offers = []
    for (region, landline) in [("DL", "+9111407100"), ("KA", "+9180471400"), ("MH", "+9122489000")]
    {
      for index in 10..<30 {
        offers += [
          Offer(
            number: "\(landline)\(index)", type: "Landline", region: region, price: "499.000000"),
          Offer(
            number: "+9195130\(region.utf8.first ?? 0)0\(index)", type: "Mobile", region: region,
            price: "699.000000"),
        ]
      }
    }
    for index in 10..<30 {
      offers.append(
        Offer(
          number: "+9118001230\(index)", type: "TollFree", region: "IN", price: "1499.500000"))
    }
  }

  /// `GET AvailablePhoneNumbers/{country}/{type}`.
  package func available(
    country: String, type: String, query: [(String, String)]
  ) -> RestAnswer {
    guard country == "IN", ["Landline", "Mobile", "TollFree"].contains(type) else {
      return .exception(404, "The requested resource was not found.")
    }
    let region = query.first { $0.0 == "InRegion" }?.1
    let digits = query.first { $0.0 == "Contains" }?.1
    let found = offers.filter { offer in
      offer.type == type && (region ?? offer.region) == offer.region
        && (digits.map { offer.number.contains($0) } ?? true)
    }
    return RestAnswer(
      .array(
        found.prefix(100).map { offer in
          [
            "friendly_name": .string(offer.number), "phone_number": .string(offer.number),
            "capabilities": ["voice": true, "sms": .bool(offer.type == "Mobile")],
            "country": "IN", "region": .string(offer.region), "number_type": .string(offer.type),
            "rental_price": .string(offer.price),
          ]
        }))
  }

  /// `POST IncomingPhoneNumbers`: buys a number under the name `sid`.
  package mutating func buy(_ fields: [(String, String)], sid: String) -> RestAnswer {
    guard let text = fields.first(where: { $0.0 == "PhoneNumber" })?.1,
      let number = PhoneDigits.international(text)
    else { return .exception(400, "PhoneNumber is mandatory.", code: 34001) }
    if let fault = voiceFault(fields) { return fault }
    guard let index = offers.firstIndex(where: { $0.number == number }) else {
      return .exception(400, "The phone number is not available.", code: 34002)
    }
    var new = Rented(sid: sid, offer: offers.remove(at: index), name: "", voiceURL: nil)
    Self.apply(fields, to: &new)
    rented.append(new)
    return RestAnswer(json(new, withPrice: true))
  }

  /// `GET IncomingPhoneNumbers`.
  package func list(query: [(String, String)]) -> RestAnswer {
    let page = query.first { $0.0 == "page" }.flatMap { Int($0.1) } ?? 0
    guard page >= 0 else { return .exception(400, "page must be 0 or more.") }
    let shown = rented.dropFirst(page * Self.pageSize).prefix(Self.pageSize)
    return RestAnswer([
      "page": .int(page), "page_size": .int(Self.pageSize),
      "incoming_phone_numbers": .array(shown.map { json($0, withPrice: false) }),
    ])
  }

  /// `GET IncomingPhoneNumbers/{sid}`.
  package func details(sid: String) -> RestAnswer {
    guard let number = rented.first(where: { $0.sid == sid }) else { return Self.unknown }
    return RestAnswer(json(number, withPrice: false))
  }

  /// `PUT IncomingPhoneNumbers/{sid}`.
  package mutating func update(sid: String, _ fields: [(String, String)]) -> RestAnswer {
    guard let index = rented.firstIndex(where: { $0.sid == sid }) else { return Self.unknown }
    if let fault = voiceFault(fields) { return fault }
    Self.apply(fields, to: &rented[index])
    return RestAnswer(json(rented[index], withPrice: false))
  }

  /// `DELETE IncomingPhoneNumbers/{sid}`: the number can be bought again.
  package mutating func release(sid: String) -> RestAnswer {
    guard let index = rented.firstIndex(where: { $0.sid == sid }) else { return Self.unknown }
    offers.append(rented.remove(at: index).offer)
    return RestAnswer(status: 202, ["Status": 202, "Message": "Accepted"])
  }

  private static var unknown: RestAnswer {
    .exception(404, "The requested resource was not found.")
  }

  /// Only flows of the vendor's own can answer a number.
  private func voiceFault(_ fields: [(String, String)]) -> RestAnswer? {
    guard let url = fields.first(where: { $0.0 == "VoiceUrl" })?.1 else { return nil }
    let start = "http://my.exotel.com/\(account)/exoml/start_voice/"
    let flow = url.dropFirst(start.count)
    guard url.hasPrefix(start), !flow.isEmpty, flow.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      return .exception(400, "VoiceUrl must be a flow of this account.", code: 34003)
    }
    return nil
  }

  private static func apply(_ fields: [(String, String)], to number: inout Rented) {
    for (name, value) in fields {
      switch name {
      case "FriendlyName": number.name = value
      case "VoiceUrl": number.voiceURL = value
      default: break
      }
    }
  }

  private func json(_ number: Rented, withPrice: Bool) -> JSONValue {
    let offer = number.offer
    var members: [(String, JSONValue)] = [
      ("sid", .string(number.sid)), ("phone_number", .string(offer.number)),
      ("friendly_name", .string(number.name)),
      ("capabilities", ["voice": true, "sms": .bool(offer.type == "Mobile")]),
      ("country", "IN"), ("region", .string(offer.region)),
    ]
    if let url = number.voiceURL { members.append(("voice_url", .string(url))) }
    if withPrice {
      members += [("rental_price", .string(offer.price)), ("currency", "INR")]
    }
    return .object(JSONObject(members))
  }
}
