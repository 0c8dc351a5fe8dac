internal import AWS
internal import Configuration
internal import EventLoop
internal import HTTPClient
internal import Objects
internal import Telemetry

/// Where this server keeps objects: in the bucket that is set, else in its data folder.
enum KeptObjects {
  /// The store. A bucket is tried first, and a wrong one throws `SettingsError`. A silent S3 does not
  /// keep calls away: recordings wait in the spool until it answers.
  static func open(_ current: CurrentSettings, on loop: EventLoop) async throws -> any ObjectStore {
    let settings = current.value
    guard let name = settings.aws.bucket else {
      return try FolderStore(folder: settings.dataDirectory + "/objects")
    }
    let client = HTTPClient(loop: loop)
    let variable: @Sendable (String) -> String? = { current.text($0) }
    let store = S3Store(
      bucket: S3Bucket(
        name: name, region: settings.aws.region,
        endpoint: variable("AWS_ENDPOINT_URL_S3") ?? variable("AWS_ENDPOINT_URL"),
        encryption: settings.aws.encryptionKey.map { .kms(key: $0) } ?? .s3),
      credentials: CredentialChain(client: client, variable: variable), client: client, loop: loop)
    switch try await store.tryBucket() {
    case .ready: break
    case .wrong(let reason): throw SettingsError("VOICE_S3_BUCKET: \(reason)")
    case .silent(let reason):
      Log("voiced").warning("the bucket of objects was not reached", ["error": "\(reason)"])
    }
    return store
  }
}
