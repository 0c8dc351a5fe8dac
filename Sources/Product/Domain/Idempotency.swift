package import Postgres
package import Protobuf
internal import RPCCore
internal import TLS

/// Gives the first answer again to a request that comes twice (AIP-155).
///
/// The key is stored in the transaction of the effect, so that neither exists without the other; a
/// second request with the same key waits for the first one's transaction on the key's index.
package enum Idempotency {
  /// Runs `effect` once per (merchant, method, `requestID`) and returns its first answer after that.
  /// An empty `requestID` runs it every time. Throws `alreadyExists` when the same id comes with
  /// another request, `invalidArgument` when it is longer than 255 characters.
  package static func once<Request: ProtobufMessage, Response: ProtobufMessage>(
    _ transaction: Transaction, _ caller: Caller, method: String, requestID: String,
    request: Request, _ effect: () async throws -> Response
  ) async throws -> Response {
    if requestID.isEmpty { return try await effect() }
    guard requestID.count <= 255 else {
      throw RPCError(
        .invalidArgument, "request_id has \(requestID.count) characters; the limit is 255")
    }
    let hash = Digest.sha256(try request.serializedBytes())
    let claimed = try await transaction.query(
      """
      INSERT INTO idempotency_keys (merchant_id, method, request_id, request_hash)
      VALUES (\(caller.merchant.text), \(method), \(requestID), \(hash))
      ON CONFLICT DO NOTHING RETURNING 1 AS one
      """)
    if claimed.isEmpty {
      return try await firstAnswer(
        transaction, caller, method: method, requestID: requestID, hash: hash)
    }
    let response = try await effect()
    _ = try await transaction.query(
      """
      UPDATE idempotency_keys SET response = \(try response.serializedBytes())
      WHERE merchant_id = \(caller.merchant.text) AND method = \(method)
        AND request_id = \(requestID)
      """)
    return response
  }

  private static func firstAnswer<Response: ProtobufMessage>(
    _ transaction: Transaction, _ caller: Caller, method: String, requestID: String, hash: [UInt8]
  ) async throws -> Response {
    let rows = try await transaction.query(
      """
      SELECT request_hash, response FROM idempotency_keys
      WHERE merchant_id = \(caller.merchant.text) AND method = \(method)
        AND request_id = \(requestID)
      """)
    guard let row = rows.first,
      let response: [UInt8] = try row.decode("response", as: [UInt8]?.self)
    else { throw RPCError(.aborted, "the first request with this request_id did not finish") }
    guard try row.decode("request_hash", as: [UInt8].self) == hash else {
      throw RPCError(.alreadyExists, "this request_id was used with another request")
    }
    return try Response(serializedBytes: response)
  }
}
