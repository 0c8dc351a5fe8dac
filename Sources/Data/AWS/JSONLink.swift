internal import Buffers
internal import HTTP
internal import HTTPClient
internal import Synchronization

/// The way to an AWS service that speaks JSON: signs requests, sends them, and does so again when that
/// can help. Any task.
final class JSONLink: Sendable {
  /// Where a service is, and what it calls itself.
  struct Service: Sendable {
    /// Its name in signatures, addresses and errors: `kms`.
    let name: String
    /// What stands before the operation in `x-amz-target`: `TrentService`.
    let target: String
    let region: String
    /// Replaces the region's own address.
    var endpoint: String?

    var url: String {
      let base = endpoint ?? "https://\(name).\(region).amazonaws.com"
      return base.hasSuffix("/") ? base : base + "/"
    }
  }

  private let service: Service
  private let world: World
  private let signer: RequestSigner
  private let credentials: CredentialCache
  /// Seconds by which the service's clock is before ours.
  private let skew = Mutex<Int64>(0)

  init(_ service: Service, world: World) {
    self.service = service
    self.world = world
    signer = RequestSigner(region: service.region, service: service.name)
    credentials = CredentialCache(find: world.credentials)
  }

  /// What the service answers to an operation. Throws `AWSError` when it gives no good answer, and
  /// `CancellationError`.
  func call(_ operation: String, _ body: [UInt8]) async throws -> JSONValue {
    var machine = RetryMachine()
    while true {
      let now = world.now()
      let answer = try await attempt(operation, body, at: now)
      guard let error = answer.error(service.name, operation) else { return answer.json ?? .null }
      switch machine.failed(error, theirClock: answer.clock(unlike: now)) {
      case .giveUp: throw error
      case .retry(let longest): try await world.sleep(longest * Double.random(in: 0.5...1))
      case .setClock(let theirs): skew.withLock { $0 = theirs - now }
      case .renewCredentials: credentials.drop()
      }
    }
  }

  private func attempt(
    _ operation: String, _ body: [UInt8], at now: Int64
  ) async throws -> JSONAnswer {
    var request = ClientRequest(
      method: "POST", url: service.url,
      headers: [
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "\(service.target).\(operation)",
      ], body: body, timeout: .seconds(10))
    request.connectTimeout = .seconds(5)
    request.maxResponseBytes = 1 << 20
    let credentials = try await credentials.credentials(at: now)
    try signer.sign(&request, with: credentials, at: now + skew.withLock { $0 })
    do {
      return JSONAnswer(.success(try await world.send(request)))
    } catch let error as HTTPClientError {
      return JSONAnswer(.failure(error))
    }
  }
}

/// What came back from a service that speaks JSON.
private struct JSONAnswer {
  /// Seconds that a clock may be wrong without AWS minding.
  private static let patience: Int64 = 240

  let response: Result<ClientResponse, HTTPClientError>
  let json: JSONValue?

  init(_ response: Result<ClientResponse, HTTPClientError>) {
    self.response = response
    json = (try? response.get()).flatMap { try? JSONValue(parsing: $0.body) }
  }

  /// Why this is no answer; nil for a good one. A fault of the service's may be over a moment later,
  /// whatever it is called.
  func error(_ service: String, _ operation: String) -> AWSError? {
    let name = "\(service) \(operation)"
    switch response {
    case .failure(let error): return AWSError(error, name)
    case .success(let answer):
      if answer.status == .ok, json != nil { return nil }
      let status = answer.status.rawValue
      let code = code(answer)
      let isFault = status >= 500 || status == 200
      return AWSError(
        isFault ? .unavailable : .refused(code: code ?? "\(status)"),
        "\(name): \(code ?? "HTTP \(status)")")
    }
  }

  /// AWS's name of the error, from the header or the body.
  private func code(_ answer: ClientResponse) -> String? {
    let header = answer.headers["x-amzn-errortype"]?.split(separator: ":").first
    let type = json?["__type"]?.stringValue?.split(separator: "#").last
    guard let code = header ?? type, (1...80).contains(code.utf8.count) else { return nil }
    let isName = code.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x7A).contains($0) }
    return isName ? String(code) : nil
  }

  /// The service's clock, in seconds since 1970, when it is far from `now`.
  func clock(unlike now: Int64) -> Int64? {
    guard let date = (try? response.get())?.headers["date"],
      let seconds = HTTPDate.secondsSince1970(date)
    else { return nil }
    let theirs = Int64(seconds)
    return abs(theirs - now) > Self.patience ? theirs : nil
  }
}
