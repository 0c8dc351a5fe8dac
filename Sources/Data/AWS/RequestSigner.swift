internal import Buffers
internal import HTTP
package import HTTPClient
internal import TLS
internal import Telemetry

/// Signature version 4 in the `authorization` header. Pure.
///
/// S3 has ways of its own: a path counts as it stands in the URL, encoded once, where every other
/// service encodes it again; and the body's hash is a header, which S3 holds the body against.
package struct RequestSigner: Sendable {
  private static let algorithm = "AWS4-HMAC-SHA256"

  private let region: String
  private let service: String

  package init(region: String, service: String) {
    self.region = region
    self.service = service
  }

  private var isS3: Bool { service == "s3" }

  /// Adds `x-amz-date`, the session's token and the signature. `time` is in seconds since 1970. Every
  /// header that the request has is signed, so those that proxies change come afterwards. `bodyHash`,
  /// SHA-256 in hexadecimal, spares working it out here.
  package func sign(
    _ request: inout ClientRequest, with credentials: Credentials, at time: Int64,
    bodyHash: String? = nil
  ) throws {
    let url = try URLParts(request.url)
    let stamp = Self.stamp(time)
    let hash = bodyHash ?? Hex.encode(Digest.sha256(request.body))
    request.headers.replace("x-amz-date", with: stamp)
    if isS3 { request.headers.replace("x-amz-content-sha256", with: hash) }
    if let token = credentials.sessionToken {
      request.headers.replace("x-amz-security-token", with: token)
    }
    var signed = request.headers.fields.map { ($0.name, Self.trimmed($0.value)) }
    signed.append(("host", url.authority))
    signed.sort { $0.0 < $1.0 }
    let names = signed.map(\.0).joined(separator: ";")
    let canonical = [
      request.method, isS3 ? url.path : PercentCoding.encode(url.path, keeping: .path),
      Self.query(url.query), signed.map { "\($0.0):\($0.1)\n" }.joined(), names, hash,
    ].joined(separator: "\n")
    let scope = "\(stamp.prefix(8))/\(region)/\(service)/aws4_request"
    let text = [
      Self.algorithm, stamp, scope, Hex.encode(Digest.sha256(canonical.utf8)),
    ].joined(separator: "\n")
    let signature = Hex.encode(
      Digest.hmacSHA256(key: key(credentials, stamp.prefix(8)), Array(text.utf8)))
    request.headers.replace(
      "authorization",
      with: "\(Self.algorithm) Credential=\(credentials.accessKeyID)/\(scope), "
        + "SignedHeaders=\(names), Signature=\(signature)")
  }

  /// The day's key: date, region, service and a constant, each under the one before.
  private func key(_ credentials: Credentials, _ date: Substring) -> [UInt8] {
    [String(date), region, service, "aws4_request"].reduce(
      Array("AWS4\(credentials.secretAccessKey)".utf8)
    ) { Digest.hmacSHA256(key: $0, Array($1.utf8)) }
  }

  /// `20261122T101530Z`.
  private static func stamp(_ time: Int64) -> String {
    let text = Timestamp.text(seconds: time)
    return text.prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
  }

  /// Items in the order of their names, then values, each with its `=`. They are encoded already.
  private static func query(_ query: String?) -> String {
    (query ?? "").split(separator: "&").map { $0.contains("=") ? String($0) : "\($0)=" }
      .sorted().joined(separator: "&")
  }

  /// Without spaces at the ends, inner runs made one.
  private static func trimmed(_ value: String) -> String {
    value.split(separator: " ").joined(separator: " ")
  }
}
