internal import EventLoop
internal import HTTP
internal import HTTPClient

extension VendorHTTP {
  /// The real network, through `client` on `loop`.
  init(client: HTTPClient, loop: EventLoop) {
    self.init(
      send: { try await Self.send($0, through: client) },
      sleep: { try await loop.sleep(for: $0) })
  }

  private static func send(_ request: VendorRequest, through client: HTTPClient) async throws
    -> VendorResponse
  {
    var wire = ClientRequest(
      method: request.method, url: request.url, body: request.body, timeout: request.timeout)
    for (name, value) in request.headers { wire.headers.add(name, value) }
    do {
      let response = try await client.send(wire)
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
