internal import HTTP
internal import HTTPClient
internal import Objects
internal import Synchronization

@testable internal import AWS

/// The world of a link to AWS, as a test writes it: answers in order, and what was asked and waited for.
final class AWSScript: Sendable {
  private struct State {
    var answers: [Result<ClientResponse, any Error>]
    var requests: [ClientRequest] = []
    var pauses: [Duration] = []
    var credentialsGiven = 0
  }

  static let start: Int64 = 1_795_342_530

  private let state: Mutex<State>

  /// The last answer is given again and again. A `CancellationError` cancels the task that asks.
  init(_ answers: [Result<ClientResponse, any Error>]) {
    state = Mutex(State(answers: answers))
  }

  convenience init(_ answers: ClientResponse...) { self.init(answers.map { .success($0) }) }

  var requests: [ClientRequest] { state.withLock { $0.requests } }
  var pauses: [Duration] { state.withLock { $0.pauses } }
  var credentialsGiven: Int { state.withLock { $0.credentialsGiven } }
  /// Methods and targets, in order.
  var lines: [String] {
    requests.map { "\($0.method) \((try? URLParts($0.url).target) ?? $0.url)" }
  }

  /// A store whose credentials count for an hour.
  func store(
    endpoint: String? = nil, bucket: String = "bucket", encryption: S3Bucket.Encryption = .s3
  ) -> S3Store {
    S3Store(
      bucket: S3Bucket(
        name: bucket, region: "ap-south-1", endpoint: endpoint, encryption: encryption),
      world: world)
  }

  /// KMS with the same credentials.
  func keyManagement(endpoint: String? = nil) -> KeyManagement {
    KeyManagement(region: "ap-south-1", endpoint: endpoint, world: world)
  }

  private var world: World {
    World(
      send: { try self.answer($0) },
      sleep: { pause in self.state.withLock { $0.pauses.append(pause) } },
      now: { Self.start }, credentials: { self.credentials() })
  }

  private func answer(_ request: ClientRequest) throws -> ClientResponse {
    try Task.checkCancellation()
    let answer = state.withLock { state in
      state.requests.append(request)
      return state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
    }
    if case .failure(is CancellationError) = answer { withUnsafeCurrentTask { $0?.cancel() } }
    return try answer.get()
  }

  private func credentials() -> Credentials {
    state.withLock { state in
      state.credentialsGiven += 1
      return Credentials(
        accessKeyID: "AKID\(state.credentialsGiven)", secretAccessKey: "hidden",
        sessionToken: "TOKEN", expiration: Self.start + 3_600)
    }
  }
}

extension ClientResponse {
  /// A good answer without a body.
  static func fine(_ headers: HTTPHeaders = [:]) -> ClientResponse {
    ClientResponse(status: .ok, headers: headers)
  }

  /// A part of an object.
  static func part(
    _ bytes: [UInt8], _ range: String, _ headers: HTTPHeaders = [:]
  ) -> ClientResponse {
    var headers = headers
    headers.add("content-range", range)
    return ClientResponse(status: HTTPStatus(rawValue: 206), headers: headers, body: bytes)
  }

  /// What S3 answers when it refuses.
  static func refusal(
    _ status: HTTPStatus, _ code: String, _ headers: HTTPHeaders = [:]
  ) -> ClientResponse {
    xml("<Error><Code>\(code)</Code><Message>secret words</Message></Error>", status, headers)
  }

  /// An answer of JSON.
  static func json(
    _ text: String, _ status: HTTPStatus = .ok, _ headers: HTTPHeaders = [:]
  ) -> ClientResponse {
    ClientResponse(status: status, headers: headers, body: Array(text.utf8))
  }

  /// An answer of XML.
  static func xml(
    _ text: String, _ status: HTTPStatus = .ok, _ headers: HTTPHeaders = [:]
  ) -> ClientResponse {
    ClientResponse(
      status: status, headers: headers,
      body: Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\(text)".utf8))
  }
}
