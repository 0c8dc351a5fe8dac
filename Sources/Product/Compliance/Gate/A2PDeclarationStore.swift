internal import Domain
internal import Postgres

/// All SQL of declarations of what machines call from.
enum A2PDeclarationStore {
  static func insert(
    _ declaration: A2PDeclaration, merchant: MerchantID, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      INSERT INTO a2p_declarations (declaration_id, merchant_id, first_number, last_number,
        acknowledgement, start_time, end_time, create_time)
      VALUES (\(declaration.id.text), \(merchant.text), \(declaration.first.e164),
        \(declaration.last.e164), \(declaration.acknowledgement), \(declaration.span.start),
        \(declaration.span.end), \(declaration.createTime))
      """)
  }

  /// Removes one; what it was, or `nil` when there is none that may be seen.
  static func delete(
    _ id: A2PDeclarationID, merchant: MerchantID, _ transaction: Transaction
  ) async throws -> A2PDeclaration? {
    try await transaction.query(
      """
      DELETE FROM a2p_declarations
      WHERE merchant_id = \(merchant.text) AND declaration_id = \(id.text)
      RETURNING \(A2PDeclaration.columns)
      """
    ).first.map(A2PDeclaration.init)
  }

  /// One page, newest first.
  static func page(
    after cursor: String?, limit: Int, merchant: MerchantID, _ database: some Querying
  ) async throws -> [A2PDeclaration] {
    var query: Query =
      "SELECT \(A2PDeclaration.columns) FROM a2p_declarations WHERE merchant_id = \(merchant.text)"
    if let cursor { query.append(" AND declaration_id < \(cursor)") }
    query.append(" ORDER BY declaration_id DESC LIMIT \(limit)")
    return try await database.query(query).map(A2PDeclaration.init)
  }

  /// When declarations of the merchant's that cover a number hold.
  static func spans(
    covering number: PhoneNumber, merchant: MerchantID, _ transaction: Transaction
  ) async throws -> [DeclaredSpan] {
    try await transaction.query(
      """
      SELECT start_time, end_time FROM a2p_declarations
      WHERE merchant_id = \(merchant.text) AND first_number COLLATE "C" <= \(number.e164)
        AND last_number COLLATE "C" >= \(number.e164)
      """
    ).map(DeclaredSpan.init)
  }
}
