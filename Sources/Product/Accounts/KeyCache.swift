internal import Buffers
package import Cache
package import Domain

/// API keys as they are checked, kept for a moment by their public id.
///
/// Triggers on the tables tell every process of a change (m0014); the process that makes one drops the
/// entry itself too. What is kept in Redis has the digest of a secret, never the secret.
package struct KeyCache: Sendable {
  package typealias Credential = APIKeyStore.Credential

  /// The area of the entries, here and in the triggers. A new form of entry needs a new number.
  package static let area = "key.1"
  /// How long a lost announcement can matter, in this process; with a Redis behind it twice as long.
  package static let lifetime = Duration.seconds(2)

  private let keys: ReadThrough<Credential>

  /// Keeps them in `store`.
  package init(_ store: any CacheStore<Credential>) {
    keys = ReadThrough(store, name: "keys")
  }

  /// What is known of a key without asking anybody.
  func held(_ id: String) -> Credential? { keys.held(Self.key(id)) }

  /// What is known of a key; `load` reads it from the database.
  func credential(
    _ id: String, load: @escaping @Sendable (String) async throws -> Credential?
  ) async throws -> Credential? {
    let key = Self.key(id)
    guard let found = try await keys.value(key, load: { try await load(id) }) else { return nil }
    if found.id == id { return found }
    // Somebody moved an entry of Redis's.
    await keys.drop(key)
    return try await load(id)
  }

  /// Drops a key that was changed, once that is committed.
  func changed(_ id: String) async { await keys.drop(Self.key(id)) }

  private static func key(_ id: String) -> CacheKey { CacheKey(area: area, name: id) }
}

extension KeyCache {
  /// Entries for a store that others can reach: sealed, so that who may write there can neither make a
  /// key nor widen one, and with an end, so that an old one cannot be put back. Processes with another
  /// seal find nothing.
  package static func codec(_ seal: DataSeal) -> CacheCodec<Credential> {
    CacheCodec(
      encode: { try seal.seal(bytes($0, until: WallClock.now + lifetime), for: context) },
      decode: { try credential(try seal.open($0, for: context), at: WallClock.now) })
  }

  private static let context = ["api-key-cache"]
  private struct Unreadable: Error {}

  static func bytes(_ credential: Credential, until: Moment) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    for (name, text) in [
      ("id", credential.id), ("merchant", credential.caller.merchant.text),
      ("state", credential.state.rawValue), ("hash", Hex.encode(credential.secretHash)),
    ] {
      json.key(name)
      json.string(text)
    }
    json.key("scopes")
    json.beginArray()
    for scope in credential.scopes.sorted() { json.string(scope) }
    json.endArray()
    if let expireTime = credential.expireTime {
      json.key("expires")
      json.number(expireTime.microseconds)
    }
    json.key("revoked")
    json.bool(credential.isRevoked)
    json.key("until")
    json.number(until.microseconds)
    json.endObject()
    return json.bytes
  }

  /// Reads what `bytes` wrote; throws for anything else, and after its end.
  static func credential(_ bytes: [UInt8], at now: Moment) throws -> Credential {
    let json = try JSONValue(parsing: bytes, maxDepth: 2)
    guard let until = json["until"]?.int64Value, now < Moment(microseconds: until),
      let id = json["id"]?.stringValue,
      let merchant = (json["merchant"]?.stringValue).flatMap({ MerchantID($0) }),
      let state = (json["state"]?.stringValue).flatMap({ MerchantState(rawValue: $0) }),
      let hash = (json["hash"]?.stringValue).flatMap({ Hex.decode($0) }),
      let scopes = json["scopes"]?.arrayValue, let isRevoked = json["revoked"]?.boolValue
    else { throw Unreadable() }
    return Credential(
      id: id, merchant: merchant, state: state, secretHash: hash,
      scopes: Set(scopes.compactMap(\.stringValue)),
      expireTime: json["expires"]?.int64Value.map { Moment(microseconds: $0) },
      isRevoked: isRevoked)
  }
}
