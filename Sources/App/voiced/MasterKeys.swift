internal import AWS
internal import Configuration
internal import Domain
internal import EventLoop
internal import HTTPClient
internal import Postgres
internal import TLS
internal import Telemetry

/// The master keys of this server: one in a file of the data folder, or those that lie in the database,
/// wrapped by KMS.
struct MasterKeys {
  let ring: KeyRing
  /// Nil without KMS.
  let vault: KeyVault?

  /// Reads the keys, and makes or wraps the first one where there is none yet and `makesFirst`. KMS is asked once for
  /// each key, and for nothing that a key seals. Throws `SettingsError` for all that keeps this server from having the keys
  /// that its database is sealed with.
  static func open(
    _ current: CurrentSettings, _ pool: PostgresPool, on loop: EventLoop, makesFirst: Bool = true
  ) async throws -> MasterKeys {
    let settings = current.value
    let file = LocalMasterKey(folder: settings.dataDirectory)
    let wrapped = try await pool.transaction(tenant: .system) { try await MasterKeyStore.keys($0) }
    if !makesFirst, wrapped.isEmpty {
      guard let key = try file.read() else {
        throw SettingsError("there is neither \(file.path) nor a master key in the database")
      }
      return MasterKeys(ring: KeyRing(MasterKey(bytes: key)), vault: nil)
    }
    guard let wrappingKey = settings.aws.masterWrappingKey else {
      guard let key = wrapped.first else {
        return MasterKeys(ring: KeyRing(MasterKey(bytes: try file.ensure())), vault: nil)
      }
      throw SettingsError(
        "the master key of this database is wrapped by \(key.wrappingKey): set VOICE_KMS_KEY")
    }
    let vault = KeyVault(pool: pool, kms: kms(current, on: loop), wrappingKey: wrappingKey)
    do {
      return MasterKeys(ring: try await vault.open(wrapped, file), vault: vault)
    } catch let error as AWSError {
      throw SettingsError("VOICE_KMS_KEY: there is no master key without KMS: \(error)")
    }
  }

  private static func kms(_ current: CurrentSettings, on loop: EventLoop) -> KeyManagement {
    let client = HTTPClient(loop: loop)
    let variable: @Sendable (String) -> String? = { current.text($0) }
    return KeyManagement(
      region: current.value.aws.region,
      endpoint: variable("AWS_ENDPOINT_URL_KMS") ?? variable("AWS_ENDPOINT_URL"),
      credentials: CredentialChain(client: client, variable: variable), client: client, loop: loop)
  }
}

/// `keys/master.key`: 32 bytes that only this user can read.
struct LocalMasterKey {
  private let folder: String
  var path: String { folder + "/keys/master.key" }

  /// That of a data folder.
  init(folder: String) { self.folder = folder }

  /// The key; nil when there is no file.
  func read() throws -> [UInt8]? {
    guard let key = try Folder.read(path) else { return nil }
    guard key.count == MasterKey.length else {
      throw SettingsError("\(path) has \(key.count) bytes; a master key has \(MasterKey.length)")
    }
    return key
  }

  /// The key, which is made when there is none.
  func ensure() throws -> [UInt8] {
    if let key = try read() { return key }
    try Folder.publish(folder + "/keys", [("master.key", RandomBytes.generate(MasterKey.length))])
    // Another process may have been faster; its key is the one that counts.
    guard let key = try read() else {
      throw SettingsError("\(folder)/keys has no master.key: bring it back, or empty the folder")
    }
    return key
  }
}

/// The master keys of all servers of one database, where they lie wrapped by KMS. Any task.
struct KeyVault: Sendable {
  let pool: PostgresPool
  let kms: KeyManagement
  /// What wraps new ones, by id, alias or ARN.
  let wrappingKey: String

  /// A ring of all keys. Without any the one in `file`, or a new one, becomes the first. A file with
  /// another key throws: what it sealed would be lost.
  func open(_ wrapped: [WrappedMasterKey], _ file: LocalMasterKey) async throws -> KeyRing {
    let local = try file.read()
    if wrapped.isEmpty { try await begin(with: local) }
    let keys = try await keys(after: 0)
    guard let first = keys.first, first.number == MasterKey.firstNumber else {
      throw SettingsError("the first master key is not in the database: bring a backup back")
    }
    if let local {
      guard first.has(local) else {
        throw SettingsError(
          "\(file.path) is not the master key of this database, which is wrapped by KMS: put it away"
        )
      }
      Log("keys").warning(
        "a master key that KMS wraps is in a file, too: delete it once every server uses KMS",
        ["file": "\(file.path)"])
    }
    let ring = KeyRing(first)
    for key in keys.dropFirst() { ring.add(key) }
    return ring
  }

  /// The keys after `number`, unwrapped.
  func keys(after number: Int64) async throws -> [MasterKey] {
    let wrapped = try await pool.transaction(tenant: .system) {
      try await MasterKeyStore.keys(after: number, $0)
    }
    var keys: [MasterKey] = []
    for key in wrapped { keys.append(try await unwrap(key)) }
    return keys
  }

  private func unwrap(_ key: WrappedMasterKey) async throws -> MasterKey {
    // A row that was put in another's place says the number of that one.
    guard key.context == WrappedMasterKey.context(of: key.number) else {
      throw SettingsError("the context of master key \(key.number) is not what it was wrapped with")
    }
    let bytes = try await kms.decrypt(
      .init(blob: key.blob, wrappingKey: key.wrappingKey), context: key.context)
    return MasterKey(number: key.number, bytes: bytes, activeTime: key.activeTime)
  }

  /// Keeps the first key, unless another server does so at the same time.
  private func begin(with local: [UInt8]?) async throws {
    let isOrphaned = try await pool.transaction(tenant: .system) {
      try await MasterKeyStore.isOrphaned($0)
    }
    guard local != nil || !isOrphaned else {
      throw SettingsError(
        "this database is sealed with a master key that is not here: bring the keys/master.key of its "
          + "servers back for the first start with VOICE_KMS_KEY")
    }
    let isMade = try await add(MasterKey.firstNumber, local, after: .zero)
    if isMade { Log("keys").info("the master key is wrapped by KMS", ["key": .integer(1)]) }
  }

  /// Makes the key that follows `last`, to seal after `delay`; false when there is one.
  func rotate(after last: Int64, delay: Duration) async throws -> Bool {
    try await add(last + 1, nil, after: delay)
  }

  private func add(_ number: Int64, _ key: [UInt8]?, after delay: Duration) async throws -> Bool {
    let context = WrappedMasterKey.context(of: number)
    let wrapped =
      if let key {
        try await kms.encrypt(key, under: wrappingKey, context: context)
      } else {
        try await kms.generateDataKey(under: wrappingKey, context: context).wrapped
      }
    let row = WrappedMasterKey(
      number: number, blob: wrapped.blob, wrappingKey: wrapped.wrappingKey,
      activeTime: WallClock.now + delay)
    return try await pool.transaction(tenant: .system) {
      try await MasterKeyStore.insert(row, $0)
    }
  }
}
