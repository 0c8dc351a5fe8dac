package import Domain
internal import EventLoop
package import Postgres
internal import Protobuf
package import RPCCore
package import Schema
internal import Speech
package import VoiceAPI

/// Serves `payaid.voice.v1.KnowledgeService`.
package struct KnowledgeService: Payaid.Voice.V1.KnowledgeServiceServing {
  package typealias V1 = Payaid.Voice.V1

  private static let queryLimit = 2_000
  private static let resultLimit: Int32 = 20
  private static let usualResults = 5

  private let pool: PostgresPool
  private let tokens: PageTokens
  private let retriever: Retriever
  private let jobs: KnowledgeJobs
  private let keys: DocumentKeys

  package init(
    pool: PostgresPool, tokens: PageTokens, retriever: Retriever, jobs: KnowledgeJobs,
    keys: DocumentKeys
  ) {
    self.pool = pool
    self.keys = keys
    self.tokens = tokens
    self.retriever = retriever
    self.jobs = jobs
  }

  package func uploadDocument(
    _ request: V1.UploadDocumentRequest, _ context: RPCContext
  ) async throws -> V1.Document {
    let caller = try context.caller()
    let agent = try Self.agent(request.agentId)
    let id = DocumentID()
    let key = try keys.make(for: id, of: caller.merchant)
    // A long text is read through, which would hold up a loop that carries calls.
    let (file, sealed) = try await blocking {
      let file = try UploadedFile(request)
      return (file, try key.sealFile(file.content))
    }
    return try await pool.transaction(tenant: .merchant(caller.merchant.text)) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "UploadDocument", requestID: request.requestId,
        request: request
      ) {
        guard try await DocumentStore.lock(agent, caller.merchant, transaction) else {
          throw Self.noAgent
        }
        let count = try await DocumentStore.counts(of: agent, transaction).documents
        guard count < DocumentStore.limit else {
          throw RPCError(
            .resourceExhausted, "an agent has at most \(DocumentStore.limit) documents")
        }
        let document = try await DocumentStore.insert(
          id, of: agent, merchant: caller.merchant, file: file, sealed: sealed, by: key,
          transaction)
        try await KnowledgeJobs.enqueueReading(document, transaction)
        return document.proto(wanted: jobs.space)
      }
    }
  }

  package func listDocuments(
    _ request: V1.ListDocumentsRequest, _ context: RPCContext
  ) async throws -> V1.ListDocumentsResponse {
    let caller = try context.caller()
    let agent = try Self.agent(request.agentId)
    let arguments = [caller.merchant.text, "documents", agent.text]
    let page = try await tokens.page(
      request.pageSize, request.pageToken, of: arguments, cursor: { $0.documentId }
    ) { cursor, limit in
      try await pool.transaction(tenant: .merchant(caller.merchant.text)) {
        guard try await DocumentStore.has(agent, $0) else { throw Self.noAgent }
        return try await DocumentStore.page(of: agent, after: cursor, limit: limit, $0)
      }.map { $0.proto(wanted: jobs.space) }
    }
    return .with {
      $0.documents = page.entries
      $0.nextPageToken = page.next
    }
  }

  package func getDocument(
    _ request: V1.GetDocumentRequest, _ context: RPCContext
  ) async throws -> V1.Document {
    let caller = try context.caller()
    guard let id = DocumentID(request.documentId), let agent = AgentID(request.agentId),
      let found = try await DocumentStore.find(
        id, of: agent, pool.autocommit(.merchant(caller.merchant.text)))
    else { throw Self.notFound }
    return found.proto(wanted: jobs.space)
  }

  package func deleteDocument(
    _ request: V1.DeleteDocumentRequest, _ context: RPCContext
  ) async throws -> Google.Protobuf.Empty {
    let caller = try context.caller()
    guard let id = DocumentID(request.documentId), let agent = AgentID(request.agentId) else {
      throw Self.notFound
    }
    return try await pool.transaction(tenant: .merchant(caller.merchant.text)) { transaction in
      // Before the document, as everybody takes them.
      _ = try await DocumentStore.lock(agent, caller.merchant, transaction)
      guard let document = try await DocumentStore.delete(id, of: agent, transaction) else {
        throw Self.notFound
      }
      try await DocumentStore.bump(document, transaction)
      try await jobs.enqueueForgetting(document, transaction)
      return Google.Protobuf.Empty()
    }
  }

  package func searchKnowledge(
    _ request: V1.SearchKnowledgeRequest, _ context: RPCContext
  ) async throws -> V1.SearchKnowledgeResponse {
    let caller = try context.caller()
    let agent = try Self.agent(request.agentId)
    var violations = FieldViolations()
    let length = request.query.codePointCount
    violations.require(
      length <= Self.queryLimit, "query",
      "has \(length) characters; the limit is \(Self.queryLimit)")
    violations.require(
      TextParts.saysSomething(request.query), "query", "must have a letter or a digit")
    violations.require(
      (0...Self.resultLimit).contains(request.limit), "limit",
      "is \(request.limit); it must be 1 to \(Self.resultLimit), or 0")
    try violations.throwIfAny()
    guard
      try await DocumentStore.has(agent, pool.autocommit(.merchant(caller.merchant.text)))
    else { throw Self.noAgent }
    let limit = request.limit == 0 ? Self.usualResults : Int(request.limit)
    let found: [KnowledgePassage]
    do {
      found = try await retriever.passages(
        answering: request.query, of: agent, caller.merchant, limit: limit)
    } catch let error as SpeechError {
      throw error.searchError
    }
    return .with { $0.passages = found.map(\.proto) }
  }

  private static func agent(_ text: String) throws -> AgentID {
    guard let id = AgentID(text) else { throw noAgent }
    return id
  }

  private static var noAgent: RPCError { RPCError(.notFound, "agentId: there is no such agent") }
  private static var notFound: RPCError { RPCError(.notFound, "there is no such document") }
}

extension KnowledgePassage {
  /// As the API shows it. Vectors that point away from each other have nothing in common.
  fileprivate var proto: Payaid.Voice.V1.Passage {
    .with {
      $0.documentId = document.text
      $0.text = text
      $0.score = min(max(score, 0), 1)
      $0.page = Int32(clamping: page)
    }
  }
}

extension SpeechError {
  /// What a caller is told when the question could not be turned into a vector. Details stay in the log.
  fileprivate var searchError: RPCError {
    switch kind {
    case .transient, .outcomeUnknown:
      RPCError(.unavailable, "the embedding model was not reached; try again", cause: self)
    case .quota:
      RPCError(
        .resourceExhausted, "the embedding model has no quota left; try again later", cause: self)
    case .configuration:
      RPCError(.failedPrecondition, "the embedding model refuses this server's key", cause: self)
    case .permanent:
      RPCError(.invalidArgument, "the embedding model does not take this question", cause: self)
    }
  }
}
