package import Domain
internal import Postgres

/// The keys of documents: each seals what one document says, and is kept wrapped in its row.
package struct DocumentKeys: Sendable {
  private let seal: DataSeal

  /// Keys wrapped by `seal`, which seals nothing else.
  package init(seal: DataSeal) { self.seal = seal }

  func make(for document: DocumentID, of merchant: MerchantID) throws -> DocumentKey {
    DocumentKey(try DataKey(under: seal, for: Self.context(document.text, merchant.text)))
  }

  /// The key in `wrapped`; throws when it is another document's or was changed.
  func open(
    _ wrapped: [UInt8], for document: DocumentID, of merchant: MerchantID
  ) throws -> DocumentKey {
    DocumentKey(try DataKey(wrapped, under: seal, for: Self.context(document.text, merchant.text)))
  }

  /// The key of a document; `nil` when its row has none yet.
  func open(_ document: DocumentRecord) throws -> DocumentKey? {
    try document.textKey.map { try open($0, for: document.id, of: document.merchant) }
  }

  private static func context(_ document: String, _ merchant: String) -> [String] {
    ["knowledge_documents", merchant, document]
  }
}

/// One document's key.
struct DocumentKey: Sendable {
  private let key: DataKey
  var wrapped: [UInt8] { key.wrapped }

  fileprivate init(_ key: DataKey) { self.key = key }

  func sealFile(_ content: [UInt8]) throws -> [UInt8] { try key.seal(content, in: "file") }
  func openFile(_ sealed: [UInt8]) throws -> [UInt8] { try key.open(sealed, in: "file") }

  /// What passage `number` says.
  func seal(_ words: String, number: Int64) throws -> [UInt8] {
    try key.seal(Array(words.utf8), in: "\(number)")
  }

  func open(_ sealed: [UInt8], number: Int64) throws -> String {
    String(decoding: try key.open(sealed, in: "\(number)"), as: UTF8.self)
  }
}

extension DocumentKeys {
  /// How the wrapped keys move to another master key. No text is touched.
  package var resealing: Resealing {
    Resealing(
      "knowledge.keys", "text_key", in: "knowledge_documents", by: ["merchant_id", "document_id"]
    ) { try seal.renew($0, for: Self.context($1[1], $1[0])) }
  }
}

/// All SQL of documents' keys.
enum DocumentKeyStore {
  /// Keeps the key of a document that has none.
  static func insert(
    _ key: DocumentKey, of document: DocumentID, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      UPDATE knowledge_documents SET text_key = \(key.wrapped)
      WHERE document_id = \(document.text) AND text_key IS NULL
      """)
  }

  /// Whether there are documents of a version before this, and the first server of this one started two hours
  /// ago. Nothing tells that those before have gone: one drains for two hours at most, but a deploy may take longer.
  static func hasPlain(_ transaction: Transaction) async throws -> Bool {
    try await !transaction.query(
      """
      SELECT 1 AS one FROM knowledge_documents
      WHERE text_key IS NULL AND state = 'ready' AND EXISTS (
        SELECT FROM payaid_migrations
        WHERE version = 88 AND applied_at < now() - interval '2 hours')
      ORDER BY document_id LIMIT 1
      """
    ).isEmpty
  }

  /// One of them, locked; one that somebody else has is passed over.
  static func lockPlain(_ transaction: Transaction) async throws -> DocumentRecord? {
    try await transaction.query(
      """
      SELECT \(DocumentRecord.columns) FROM knowledge_documents
      WHERE text_key IS NULL AND state = 'ready'
      ORDER BY document_id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
      """
    ).first.map(DocumentRecord.init)
  }
}
