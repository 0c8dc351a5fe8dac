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

  private func request(_ method: String, _ path: String) -> VendorRequest {
    let user = Base64.encode(Array("\(settings.apiKey):\(settings.apiToken)".utf8))
    let account = PercentCoding.encode(settings.accountSID)
    return VendorRequest(
      method: method, url: "\(settings.baseURL)/v1/Accounts/\(account)/\(path)",
      headers: [("authorization", "Basic \(user)"), ("accept", "application/json")])
  }
}
