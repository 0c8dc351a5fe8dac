internal import Buffers
package import EventLoop
package import HTTPClient

/// AWS Secrets Manager, as far as reading goes. Safe from any task.
///
/// Throttling and faults of the service are tried again, four times in all.
package struct SecretsManager: Sendable {
  private let link: JSONLink

  /// `endpoint` replaces the region's own address.
  package init(
    region: String, endpoint: String?, credentials: CredentialChain, client: HTTPClient,
    loop: EventLoop
  ) {
    link = JSONLink(
      .init(
        name: "secretsmanager", target: "secretsmanager", region: region, endpoint: endpoint),
      world: World(credentials: credentials, client: client, loop: loop))
  }

  /// The current text of a secret, by its name or ARN.
  package func value(of secret: String) async throws -> String {
    var body = JSONWriter()
    body.beginObject()
    body.key("SecretId")
    body.string(secret)
    body.endObject()
    let answer = try await link.call("GetSecretValue", body.bytes)
    guard let text = answer["SecretString"]?.stringValue else {
      throw AWSError(.unavailable, "secretsmanager GetSecretValue: the secret holds no text")
    }
    return text
  }
}
