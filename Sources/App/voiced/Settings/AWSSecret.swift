internal import AWS
internal import Configuration
internal import EventLoop
internal import HTTPClient

/// A secret of AWS Secrets Manager as the last source of settings.
enum AWSSecret {
  /// Reads it over connections of its own, on a loop of its own: the server's may not run yet.
  static func read(
    _ secret: String, region: String, variable: @escaping @Sendable (String) -> String?
  ) async throws -> SettingLayer {
    let loops = EventLoopGroup(count: 1, name: "settings")
    let client = HTTPClient(loop: loops.loops[0])
    let manager = SecretsManager(
      region: region,
      endpoint: variable("AWS_ENDPOINT_URL_SECRETS_MANAGER") ?? variable("AWS_ENDPOINT_URL"),
      credentials: CredentialChain(client: client, variable: variable), client: client,
      loop: loops.loops[0])
    let text: Result<String, any Error>
    do {
      text = .success(try await manager.value(of: secret))
    } catch {
      text = .failure(SettingsError("the secret VOICE_AWS_SECRET_ID names: \(error)"))
    }
    client.close()
    await loops.stop()
    return try SettingLayer(
      origin: "AWS Secrets Manager", json: Array(try text.get().utf8), isOurs: false)
  }
}
