internal import Buffers
internal import HTTP
internal import HTTPClient
internal import TLS

/// A request to S3 before it is signed.
struct S3Request: Sendable {
  /// Where an object says the hash of all its bytes.
  static let hashHeader = "x-amz-meta-sha256"
  /// The slowest way to S3 that is waited for, in bytes a second.
  private static let slowest = 128 * 1024

  /// S3's name of the operation, for errors.
  let operation: String
  var http: ClientRequest
  /// SHA-256 of the body in hexadecimal.
  let bodyHash: String
  /// The root of a good answer, where a status of 200 does not say that all is well.
  var resultRoot: String?

  init(
    _ operation: String, _ method: String, _ url: String, headers: HTTPHeaders = [:],
    body: [UInt8] = [], bodyHash: String? = nil
  ) {
    self.operation = operation
    self.bodyHash = bodyHash ?? Hex.encode(Digest.sha256(body))
    http = ClientRequest(
      method: method, url: url, headers: headers, body: body,
      timeout: Self.time(for: body.count))
    http.connectTimeout = .seconds(5)
    http.maxResponseBytes = 65_536
  }

  /// What is waited for `count` bytes to come or go.
  static func time(for count: Int) -> Duration { .seconds(10 + count / slowest) }

  /// Why an answer is none; nil for a good one.
  func failure(_ answer: ClientResponse) -> S3Failure? {
    let status = answer.status.rawValue
    let isFine = (200...299).contains(status)
    if isFine, hasResult(answer) { return nil }
    let code = S3XML.text(of: "Code", in: "Error", answer.body).map { String($0.prefix(80)) }
    let kind: AWSError.Kind =
      if status >= 500 || (isFine && code == nil) {
        .unavailable
      } else {
        .refused(code: code ?? "\(status)")
      }
    return S3Failure(
      error: AWSError(kind, "s3 \(operation): \(code ?? "HTTP \(status)")"),
      date: answer.headers["date"].flatMap(HTTPDate.secondsSince1970).map(Int64.init),
      region: answer.headers["x-amz-bucket-region"])
  }

  private func hasResult(_ answer: ClientResponse) -> Bool {
    guard let resultRoot else { return true }
    return S3XML.text(of: "Key", in: resultRoot, answer.body) != nil
  }
}

/// Why S3 did not do what was asked.
struct S3Failure: Error, Sendable {
  let error: AWSError
  /// S3's clock, in seconds since 1970, when it answered.
  var date: Int64?
  /// Where the bucket is, when S3 said so.
  var region: String?

  /// S3's clock where ours is the reason.
  var clock: Int64? { error.kind == .refused(code: "RequestTimeTooSkewed") ? date : nil }
}
