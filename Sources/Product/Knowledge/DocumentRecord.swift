internal import Domain
internal import Postgres
internal import Protobuf
internal import Speech
internal import VoiceAPI

/// A document as its row holds it.
struct DocumentRecord: Sendable {
  /// Where a document stands; the raw value is the column's.
  enum State: String, Sendable, PostgresDecodable, PostgresEncodable {
    case pending, ready, failed
  }

  let id: DocumentID
  let merchant: MerchantID
  let agent: AgentID
  let displayName: String
  let contentType: String
  let sizeBytes: Int64
  let state: State
  let error: String
  /// What of it was not read; empty when all was.
  let notice: String
  let passages: Int64
  /// The space that it is found in, and behind a blank the index that has its vectors too; empty before it
  /// is ready.
  let placement: String
  /// Its key, wrapped; `nil` in a row of a version before this whose text is not sealed yet.
  let textKey: [UInt8]?
  let createTime: Moment

  /// The name of the space that it is found in; empty before it is ready.
  var space: String { String(placement.prefix { $0 != " " }) }

  static let columns: Query = """
    document_id, merchant_id, agent_id, display_name, content_type, size_bytes, state, error, notice,
    passages::bigint AS passages, placement, text_key,
    create_time
    """

  init(_ row: Row) throws {
    guard let id = DocumentID(try row.decode("document_id", as: String.self)),
      let merchant = MerchantID(try row.decode("merchant_id", as: String.self)),
      let agent = AgentID(try row.decode("agent_id", as: String.self))
    else { throw PostgresError(.invalidValue, "a document's row has an id of another kind") }
    self.id = id
    self.merchant = merchant
    self.agent = agent
    displayName = try row.decode("display_name")
    contentType = try row.decode("content_type")
    sizeBytes = try row.decode("size_bytes")
    state = try row.decode("state")
    error = try row.decode("error")
    notice = try row.decode("notice")
    passages = try row.decode("passages")
    placement = try row.decode("placement")
    textKey = try row.decode("text_key")
    createTime = try row.decode("create_time")
  }

  /// As the API shows it, where vectors are wanted in `wanted`.
  func proto(wanted: EmbeddingSpace) -> Payaid.Voice.V1.Document {
    .with {
      $0.documentId = id.text
      $0.displayName = displayName
      $0.contentType = contentType
      $0.sizeBytes = sizeBytes
      $0.state =
        switch state {
        case .pending: .pending
        case .ready: .ready
        case .failed: .failed
        }
      $0.error = error
      $0.notice = notice
      $0.passages = Int32(clamping: passages)
      $0.createTime = createTime.timestamp
      if let found = EmbeddingSpace(name: space) {
        $0.embeddingModel = found.model
        if found != wanted { $0.nextEmbeddingModel = wanted.model }
      }
    }
  }
}
