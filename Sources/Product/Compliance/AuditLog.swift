package import Domain
package import Postgres
internal import TLS

/// A merchant's audit log: entries in order, each with its RFC 6962 leaf hash, never changed.
package enum AuditLog {
  /// Appends an entry in the caller's transaction and returns its index. `payload` is the canonical
  /// entry; personal data is in it only as salted digests.
  @discardableResult
  package static func append(
    kind: String, subject: String, payload: [UInt8], merchant: MerchantID,
    _ transaction: Transaction
  ) async throws -> Int64 {
    let size = try await transaction.query(
      """
      INSERT INTO audit_logs (merchant_id, size) VALUES (\(merchant.text), 1)
      ON CONFLICT (merchant_id) DO UPDATE SET size = audit_logs.size + 1 RETURNING size
      """)
    let index = try size[0].decode("size", as: Int64.self) - 1
    _ = try await transaction.query(
      """
      INSERT INTO audit_entries (merchant_id, entry_index, time, kind, subject, payload, leaf_hash)
      VALUES (\(merchant.text), \(index), now(), \(kind), \(subject), \(payload),
        \(leafHash(payload)))
      """)
    return index
  }

  /// SHA-256 over 0x00 and the entry (RFC 6962, section 2.1).
  package static func leafHash(_ payload: [UInt8]) -> [UInt8] { Digest.sha256([0] + payload) }
}
