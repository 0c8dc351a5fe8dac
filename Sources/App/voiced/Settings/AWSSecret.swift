internal import AWS
internal import Configuration
internal import EventLoop
internal import HTTPClient

/// A secret of AWS Secrets Manager as the last source of settings.
enum AWSSecret {
  /// Reads it over connections of its own, on `loop`; nil for a loop of its own, as long as the server's
  /// do not run. A reload has no other: it must not fail for want of descriptors.
  static func read(
    _ secret: String, region: String, on loop: EventLoop?,
    variable: @escaping @Sendable (String) -> String?
  ) async throws -> SettingLayer {
    if let loop { return try await read(secret, region: region, using: loop, variable: variable) }
    let own = EventLoop.start(name: "settings")
    let layer: Result<SettingLayer, any Error>
    do {
      layer = .success(try await read(secret, region: region, using: own, variable: variable))
    } catch {
      layer = .failure(error)
    }
    await own.stop()
    return try layer.get()
  }

  private static func read(
    _ secret: String, region: String, using loop: EventLoop,
    variable: @escaping @Sendable (String) -> String?
  ) async throws -> SettingLayer {
    let client = HTTPClient(loop: loop)
    defer { client.close() }
    let manager = SecretsManager(
      region: region,
      endpoint: variable("AWS_ENDPOINT_URL_SECRETS_MANAGER") ?? variable("AWS_ENDPOINT_URL"),
      credentials: CredentialChain(client: client, variable: variable), client: client, loop: loop)
    let text: String
    do {
      text = try await manager.value(of: secret)
    } catch {
      throw SettingsError("the secret VOICE_AWS_SECRET_ID names: \(error)")
    }
    return try SettingLayer(
      origin: "AWS Secrets Manager", json: Array(text.utf8), isOurs: false)
  }
}
