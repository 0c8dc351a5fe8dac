internal import Buffers
internal import HTTP
internal import Speech

/// The REST requests as Exotel wants them; pure.
struct ExotelRequests {
  let settings: ExotelSettings

  /// `Calls/connect.json` in mode A: dial a number, then stream both ways. Throws when a limit of
  /// Exotel's would be exceeded, which it would answer with a bare 400.
  func connect(_ call: PlaceCallRequest) throws(SpeechError) -> VendorRequest {
    let timeLimit = call.timeLimit.components.seconds
    for (name, count, limit) in [
      ("StreamUrl", call.streamURL.utf8.count, 599), ("CustomField", call.callID.utf8.count, 128),
    ] where count > limit {
      throw SpeechError(.configuration, "\(name) has \(count) characters; the limit is \(limit)")
    }
    guard (1...14_400).contains(timeLimit) else {
      throw SpeechError(.configuration, "time limit is \(timeLimit) s; allowed is 1...14,400")
    }
    var form = FormItems([
      ("From", call.to), ("CallerId", ExotelNumbers.callerID(call.from)),
      ("StreamUrl", call.streamURL), ("StreamType", "bidirectional"), ("CallType", "trans"),
      ("Record", "false"), ("TimeLimit", String(timeLimit)),
      ("TimeOut", String(call.ringTimeout.components.seconds)), ("CustomField", call.callID),
      ("StatusCallback", call.statusCallbackURL), ("StatusCallbackContentType", "application/json"),
    ])
    for event in ["ringing", "answered", "terminal"] { form.add("StatusCallbackEvents[]", event) }
    var request = self.request("POST", "Calls/connect.json")
    request.headers.append(("content-type", "application/x-www-form-urlencoded"))
    request.body = Array(form.encoded.utf8)
    return request
  }

  func call(_ id: CarrierCallID) -> VendorRequest {
    request("GET", "Calls/\(PercentCoding.encode(id.rawValue)).json?details=true")
  }

  /// Calls dialled to `number` from `since` to an hour later, newest first.
  func calls(to number: String, since: Int64) -> VendorRequest {
    let window =
      "gte:\(IndianTime.format(since - 60));lte:\(IndianTime.format(since + 3_600))"
    let query = FormItems([
      ("DateCreated", window), ("From", number), ("SortBy", "DateCreated:desc"),
      ("PageSize", "100"),
    ])
    return request("GET", "Calls.json?\(query.encoded)")
  }

  /// What the carrier knows of a number, E.164.
  func number(_ number: String) -> VendorRequest {
    request("GET", "Numbers/\(ExotelNumbers.callerID(number)).json")
  }

  /// Numbers that can be bought.
  func availableNumbers(_ search: NumberSearch) -> VendorRequest {
    let type =
      switch search.type {
      case .landline: "Landline"
      case .mobile: "Mobile"
      case .tollFree: "TollFree"
      }
    var query = FormItems([])
    if let region = search.region { query.add("InRegion", region) }
    if let digits = search.contains { query.add("Contains", digits) }
    let suffix = query.items.isEmpty ? "" : "?\(query.encoded)"
    return request("GET", "AvailablePhoneNumbers/IN/\(type)\(suffix)", version: "v2_beta")
  }

  /// A page, from 0, of the account's numbers.
  func ownNumbers(page: Int) -> VendorRequest {
    request("GET", "IncomingPhoneNumbers?page=\(page)", version: "v2_beta")
  }

  /// Buys `number` (E.164) and attaches the account's flow, if it has one.
  func buy(_ number: String, name: String) -> VendorRequest {
    var form = FormItems([("PhoneNumber", number), ("FriendlyName", name)])
    if let flow = settings.flowID {
      form.add(
        "VoiceUrl", "http://my.exotel.com/\(settings.accountSID)/exoml/start_voice/\(flow)")
    }
    var request = self.request("POST", "IncomingPhoneNumbers", version: "v2_beta")
    request.headers.append(("content-type", "application/x-www-form-urlencoded"))
    request.body = Array(form.encoded.utf8)
    return request
  }

  /// Gives a number back.
  func release(_ id: String) -> VendorRequest {
    request("DELETE", "IncomingPhoneNumbers/\(PercentCoding.encode(id))", version: "v2_beta")
  }

  private func request(
    _ method: String, _ path: String, version: String = "v1"
  ) -> VendorRequest {
    let user = Base64.encode(Array("\(settings.apiKey):\(settings.apiToken)".utf8))
    let account = PercentCoding.encode(settings.accountSID)
    return VendorRequest(
      method: method, url: "\(settings.baseURL)/\(version)/Accounts/\(account)/\(path)",
      headers: [("authorization", "Basic \(user)"), ("accept", "application/json")])
  }
}
