internal import Buffers
package import EventLoop
internal import Glibc
internal import HTTP
package import HTTPClient

/// AWS Secrets Manager, as far as reading goes. Safe from any task.
///
/// Throttling and faults of the service are tried again, three times in all.
package struct SecretsManager: Sendable {
  private static let attempts = 3

  private let url: String
  private let signer: RequestSigner
  private let credentials: CredentialChain
  private let client: HTTPClient
  private let loop: EventLoop

  /// `endpoint` replaces the region's own address.
  package init(
    region: String, endpoint: String?, credentials: CredentialChain, client: HTTPClient,
    loop: EventLoop
  ) {
    let base = endpoint ?? "https://secretsmanager.\(region).amazonaws.com"
    url = base.hasSuffix("/") ? base : base + "/"
    signer = RequestSigner(region: region, service: "secretsmanager")
    self.credentials = credentials
    self.client = client
    self.loop = loop
  }

  /// The current text of a secret, by its name or ARN.
  package func value(of secret: String) async throws -> String {
    var body = JSONWriter()
    body.beginObject()
    body.key("SecretId")
    body.string(secret)
    body.endObject()
    let answer = try await send("GetSecretValue", body.bytes)
    guard let text = answer["SecretString"]?.stringValue else {
      throw AWSError(.unavailable, "secretsmanager GetSecretValue: the secret holds no text")
    }
    return text
  }

  private func send(_ operation: String, _ body: [UInt8]) async throws -> JSONValue {
    let credentials = try await credentials.find()
    var attempt = 1
    while true {
      var request = ClientRequest(
        method: "POST", url: url,
        headers: [
          "content-type": "application/x-amz-json-1.1",
          "x-amz-target": "secretsmanager.\(operation)",
        ], body: body, timeout: .seconds(10))
      request.connectTimeout = .seconds(5)
      request.maxResponseBytes = 1 << 20
      try signer.sign(&request, with: credentials, at: Int64(time(nil)))
      switch await exchange(request, "secretsmanager \(operation)") {
      case .success(let answer): return answer
      case .failure(let error):
        guard error.isTransient, attempt < Self.attempts else { throw error }
        try await loop.sleep(for: .milliseconds(Int.random(in: 50...100) << attempt))
        attempt += 1
      }
    }
  }

  private func exchange(
    _ request: ClientRequest, _ name: String
  ) async -> Result<JSONValue, AWSError> {
    let answer: ClientResponse
    do {
      answer = try await client.send(request)
    } catch {
      return .failure(AWSError(.unavailable, "\(name): \(error)"))
    }
    let json = try? JSONValue(parsing: answer.body)
    if answer.status == .ok, let json { return .success(json) }
    let header = answer.headers["x-amzn-errortype"]?.split(separator: ":").first
    let type = json?["__type"]?.stringValue?.split(separator: "#").last
    guard let code = (header ?? type).map(String.init) else {
      let status = answer.status.rawValue
      let kind: AWSError.Kind = status >= 500 ? .unavailable : .refused(code: "\(status)")
      return .failure(AWSError(kind, "\(name): HTTP \(status)"))
    }
    return .failure(AWSError(.refused(code: code), "\(name): \(code.prefix(80))"))
  }
}
