package import Jobs
package import Postgres
package import Protobuf
internal import RPCCore
internal import TLS

/// Gives the first answer again to a request that comes twice (AIP-155).
///
/// The key is stored in the transaction of the effect, so that neither exists without the other; a
/// second request with the same key waits for the first one's transaction on the key's index.
package enum Idempotency {
  /// How long a first answer is kept.
  package static let lifetime = Duration.seconds(86_400)

  /// One request as it is told from others.
  private struct Key {
    let merchant: MerchantID
    let method: String
    let requestID: String
    let hash: [UInt8]

    init(
      _ merchant: MerchantID, _ principal: String?, _ method: String, _ requestID: String,
      _ request: some ProtobufMessage, _ seal: DataSeal?
    ) throws {
      let length = requestID.codePointCount
      guard length <= 255 else {
        throw RPCError(.invalidArgument, "request_id has \(length) characters; the limit is 255")
      }
      self.merchant = merchant
      self.method = method
      self.requestID = requestID
      // No principal has a NUL in it.
      let caller: [UInt8] = principal.map { Array($0.utf8) + [0] } ?? []
      let bytes = caller + (try request.serializedBytes())
      hash = seal?.digest(bytes) ?? Digest.sha256(bytes)
    }

    /// What a sealed answer is bound to.
    var context: [String] { ["idempotency_keys", merchant.text, method, requestID] }
  }

  /// Runs `effect` once per (merchant, method, `requestID`) and returns its first answer after that, to
  /// the same caller only: another one may be allowed less. An empty `requestID` runs it every time.
  /// With a `seal`, for requests or answers with a secret in them, neither can be read in the
  /// database. Throws `alreadyExists` when the same id comes with another request or from another
  /// caller, `invalidArgument` when it is longer than 255 characters.
  package static func once<Request: ProtobufMessage, Response: ProtobufMessage>(
    _ transaction: Transaction, _ caller: Caller, method: String, requestID: String,
    request: Request, seal: DataSeal? = nil, _ effect: () async throws -> Response
  ) async throws -> Response {
    if requestID.isEmpty { return try await effect() }
    let key = try Key(caller.merchant, caller.principal, method, requestID, request, seal)
    return try await once(transaction, key, seal, effect)
  }

  /// The same where no caller is known, or its answer is asked for beforehand: `method` says whose it is.
  package static func once<Request: ProtobufMessage, Response: ProtobufMessage>(
    _ transaction: Transaction, _ merchant: MerchantID, method: String, requestID: String,
    request: Request, seal: DataSeal, _ effect: () async throws -> Response
  ) async throws -> Response {
    if requestID.isEmpty { return try await effect() }
    return try await once(
      transaction, try Key(merchant, nil, method, requestID, request, seal), seal, effect)
  }

  private static func once<Response: ProtobufMessage>(
    _ transaction: Transaction, _ key: Key, _ seal: DataSeal?, _ effect: () async throws -> Response
  ) async throws -> Response {
    guard try await claim(key, transaction) else {
      guard let first: Response = try await firstAnswer(key, seal, transaction) else {
        throw RPCError(.aborted, "the first request with this request_id did not finish")
      }
      return first
    }
    let response = try await effect()
    let answer = try response.serializedBytes()
    try await store(try seal?.seal(answer, for: key.context) ?? answer, key, transaction)
    return response
  }

  /// The first answer to this request, nil when it has none; for methods that must do something
  /// costly before their transaction. `method` says whose it is.
  package static func answer<Request: ProtobufMessage, Response: ProtobufMessage>(
    _ transaction: Transaction, _ merchant: MerchantID, method: String, requestID: String,
    request: Request, seal: DataSeal
  ) async throws -> Response? {
    if requestID.isEmpty { return nil }
    let key = try Key(merchant, nil, method, requestID, request, seal)
    return try await firstAnswer(key, seal, transaction)
  }

  /// Forgets the first answer to a request whose effect was undone, so that it can be tried again.
  package static func forget(
    _ transaction: Transaction, _ caller: Caller, method: String, requestID: String
  ) async throws {
    try await transaction.execute(
      """
      DELETE FROM idempotency_keys
      WHERE merchant_id = \(caller.merchant.text) AND method = \(method)
        AND request_id = \(requestID)
      """)
  }

  /// Erases a merchant's answers that have `text` in them, and what tells the requests again; how many.
  /// The requests do not take effect a second time: until their day is over, the answer to each is that
  /// it did not finish.
  package static func eraseAnswers(
    containing text: String, of merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Int {
    try await transaction.execute(
      """
      UPDATE idempotency_keys SET response = NULL,
        request_hash = sha256(convert_to(gen_random_uuid()::text, 'UTF8'))
      WHERE merchant_id = \(merchant.text)
        AND position(convert_to(\(text), 'UTF8') IN response) > 0
      """)
  }

  /// Whether this request is the first; waits for a transaction that is at the same one.
  private static func claim(_ key: Key, _ transaction: Transaction) async throws -> Bool {
    let claimed = try await transaction.query(
      """
      INSERT INTO idempotency_keys (merchant_id, method, request_id, request_hash)
      VALUES (\(key.merchant.text), \(key.method), \(key.requestID), \(key.hash))
      ON CONFLICT DO NOTHING RETURNING 1 AS one
      """)
    return !claimed.isEmpty
  }

  private static func store(
    _ answer: [UInt8], _ key: Key, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      UPDATE idempotency_keys SET response = \(answer)
      WHERE merchant_id = \(key.merchant.text) AND method = \(key.method)
        AND request_id = \(key.requestID)
      """)
  }

  private static func firstAnswer<Response: ProtobufMessage>(
    _ key: Key, _ seal: DataSeal?, _ transaction: Transaction
  ) async throws -> Response? {
    let rows = try await transaction.query(
      """
      SELECT request_hash, response FROM idempotency_keys
      WHERE merchant_id = \(key.merchant.text) AND method = \(key.method)
        AND request_id = \(key.requestID)
      """)
    guard let row = rows.first,
      let stored: [UInt8] = try row.decode("response", as: [UInt8]?.self)
    else { return nil }
    guard constantTimeEquals(try row.decode("request_hash"), key.hash) else {
      throw RPCError(
        .alreadyExists, "this request_id was used with another request, or by another caller")
    }
    return try Response(serializedBytes: try seal?.open(stored, for: key.context) ?? stored)
  }

  /// Forgets what is older than ``lifetime``.
  package static let retention = Retention("idempotency.keys") { transaction in
    try await transaction.execute(
      """
      DELETE FROM idempotency_keys WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM idempotency_keys
        WHERE create_time < now() - \("\(lifetime.components.seconds) seconds")::interval
        ORDER BY create_time LIMIT \(Retention.batch) FOR UPDATE SKIP LOCKED))
      """)
  }
}
