internal import EventLoop
internal import HTTP
internal import HTTPClient

extension VendorHTTP {
  /// The real network, through `client` on `loop`.
  init(client: HTTPClient, loop: EventLoop) {
    self.init(
      exchange: { try await Self.send($0, $1, through: client) },
      sleep: { try await loop.sleep(for: $0) })
  }

  private static func send(
    _ request: VendorRequest, _ onBody: BodyReader?, through client: HTTPClient
  ) async throws -> VendorResponse {
    do {
      let response = try await client.send(request.wire, onBody: onBody)
      let seconds = response.headers["retry-after"].flatMap { Int64($0) }
      return VendorResponse(
        status: response.status.rawValue,
        retryAfter: seconds.map { .seconds(max(0, min($0, 3_600))) },
        body: response.body)
    } catch let error as HTTPClientError {
      throw error.requestMayHaveArrived
        ? VendorHTTPFailure.unclear(error.message) : .notSent(error.message)
    }
  }
}

extension VendorRequest {
  /// The request as the client sends it. What may have an effect is sent once.
  var wire: ClientRequest {
    var wire = ClientRequest(method: method, url: url, body: body, timeout: timeout)
    wire.silenceTimeout = silenceTimeout
    for (name, value) in headers { wire.headers.add(name, value) }
    wire.isSentOnce = method != "GET" && !isRepeatable
    return wire
  }
}
