internal import Buffers
internal import FoundationEssentials
internal import HTTP
package import HTTPClient

/// Finds credentials where AWS's own tools look: variables, the container's endpoint, the machine's
/// metadata service. The first that has any wins; nothing is kept, so each call sees a rotation.
package struct CredentialChain: Sendable {
  private let variable: @Sendable (String) -> String?
  private let client: HTTPClient

  /// `variable` gives a setting or environment variable by name.
  package init(client: HTTPClient, variable: @escaping @Sendable (String) -> String?) {
    self.client = client
    self.variable = variable
  }

  package func find() async throws -> Credentials {
    if let id = variable("AWS_ACCESS_KEY_ID"), let secret = variable("AWS_SECRET_ACCESS_KEY") {
      return Credentials(
        accessKeyID: id, secretAccessKey: secret, sessionToken: variable("AWS_SESSION_TOKEN"))
    }
    if let url = try containerURL() { return try await container(url) }
    if variable("AWS_EC2_METADATA_DISABLED")?.lowercased() != "true",
      let found = await machine()
    {
      return found
    }
    throw AWSError(
      .noCredentials,
      "no AWS credentials: neither AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, nor a container's, "
        + "nor this machine's")
  }
}

extension CredentialChain {
  private static let containerHosts: Set<String> = [
    "127.0.0.1", "localhost", "::1", "169.254.170.2", "169.254.170.23", "fd00:ec2::23",
  ]

  /// Where the container's agent answers; without TLS only on addresses that do not leave the machine.
  private func containerURL() throws(AWSError) -> String? {
    if let path = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
      return "http://169.254.170.2\(path)"
    }
    guard let full = variable("AWS_CONTAINER_CREDENTIALS_FULL_URI") else { return nil }
    guard let url = try? URLParts(full),
      url.scheme == "https" || Self.containerHosts.contains(url.host)
    else {
      throw AWSError(
        .noCredentials,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor a container's own address")
    }
    return full
  }

  private func container(_ url: String) async throws -> Credentials {
    var headers = HTTPHeaders()
    if let file = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
      guard let data = FileManager.default.contents(atPath: file) else {
        throw AWSError(.noCredentials, "cannot read \(file)")
      }
      headers.add("authorization", Self.text(data))
    } else if let token = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN") {
      headers.add("authorization", token)
    }
    guard let body = await ask("GET", url, headers), let found = Self.read(body) else {
      throw AWSError(.noCredentials, "the container's credentials endpoint gave none")
    }
    return found
  }

  /// Version 2 of the metadata service: a token first. Nil when this is no machine of AWS's.
  private func machine() async -> Credentials? {
    let base = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? "http://169.254.169.254"
    let roles = "\(base)/latest/meta-data/iam/security-credentials/"
    guard
      let token = await ask(
        "PUT", "\(base)/latest/api/token", ["x-aws-ec2-metadata-token-ttl-seconds": "21600"])
    else { return nil }
    let headers: HTTPHeaders = [
      "x-aws-ec2-metadata-token": String(decoding: token, as: UTF8.self)
    ]
    guard let role = await ask("GET", roles, headers) else { return nil }
    let name = Self.text(role)
    return await ask("GET", roles + PercentCoding.encode(name), headers).flatMap(Self.read)
  }

  /// The body of a 200, which these services give within a second or not at all.
  private func ask(_ method: String, _ url: String, _ headers: HTTPHeaders) async -> [UInt8]? {
    var request = ClientRequest(
      method: method, url: url, headers: headers, timeout: .seconds(2))
    request.connectTimeout = .seconds(1)
    request.maxResponseBytes = 65_536
    guard let answer = try? await client.send(request), answer.status == .ok else { return nil }
    return answer.body
  }

  /// What a file or an answer says, without the line's end and other white space around it.
  private static func text(_ bytes: some Collection<UInt8>) -> String {
    let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
    let rest = bytes.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
    return String(decoding: Array(rest), as: UTF8.self)
  }

  private static func read(_ body: [UInt8]) -> Credentials? {
    guard let json = try? JSONValue(parsing: body), let id = json["AccessKeyId"]?.stringValue,
      let secret = json["SecretAccessKey"]?.stringValue
    else { return nil }
    let expiration = json["Expiration"]?.stringValue.flatMap { try? Date($0, strategy: .iso8601) }
    return Credentials(
      accessKeyID: id, secretAccessKey: secret, sessionToken: json["Token"]?.stringValue,
      expiration: expiration.flatMap { Int64(exactly: $0.timeIntervalSince1970.rounded()) })
  }
}
