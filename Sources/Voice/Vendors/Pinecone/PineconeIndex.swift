package import EventLoop
internal import HTTPClient
package import Speech
internal import Synchronization

/// A serverless index of Pinecone's. Safe from any task.
///
/// A request is sent once, and a second time only to another host, when the index has moved; asking
/// again later is the caller's. A query has 800 ms, a write ten seconds.
package final class PineconeIndex: VectorIndex {
  /// Identifiers that one prefix may have; an answer that has no end has more.
  private static let removalLimit = 1_000_000

  private let settings: @Sendable () -> PineconeSettings
  private let space: EmbeddingSpace
  private let http: VendorHTTP
  private let found = Mutex<(settings: PineconeSettings, host: PineconeHost)?>(nil)

  /// `settings` is asked at each request, so that the key can change. An index that is not made for
  /// vectors of `space` is refused.
  init(
    settings: @escaping @Sendable () -> PineconeSettings, space: EmbeddingSpace, http: VendorHTTP
  ) {
    self.settings = settings
    self.space = space
    self.http = http
  }

  /// Pinecone over the network, with its requests on `loop`.
  package convenience init(
    settings: @escaping @Sendable () -> PineconeSettings, space: EmbeddingSpace, loop: EventLoop
  ) {
    self.init(
      settings: settings, space: space,
      http: VendorHTTP(client: HTTPClient(loop: loop), loop: loop))
  }

  package func write(_ vectors: [IndexedVector], namespace: String) async throws {
    try PineconeChecks.check(namespace: namespace)
    try PineconeChecks.check(vectors, dimensions: space.dimensions)
    for batch in try PineconeBatches(vectors, namespace: namespace).batches {
      let response = try await send(PineconeRequests.writeTimeout) { $0.upsert(batch.body, at: $1) }
      try PineconeAnswers.checkWritten(response, count: batch.count)
    }
  }

  package func nearest(
    to vector: [Float], in group: String, namespace: String, limit: Int
  ) async throws -> [VectorMatch] {
    try PineconeChecks.check(namespace: namespace)
    try PineconeChecks.check(group: group)
    try PineconeChecks.check(vector, dimensions: space.dimensions)
    guard limit > 0 else { return [] }
    let query = PineconeQuery(
      vector: vector, group: group, namespace: namespace,
      limit: min(limit, PineconeRequests.matchLimit))
    let response = try await send(PineconeRequests.queryTimeout) { $0.query(query, at: $1) }
    return try PineconeAnswers.matches(response, to: query)
  }

  /// Lists all identifiers before it deletes the first, so that no page shifts under the next.
  package func remove(prefix: String, namespace: String) async throws {
    try PineconeChecks.check(namespace: namespace)
    try PineconeChecks.check(prefix: prefix)
    var ids = try await list(prefix: prefix, namespace: namespace)[...]
    while !ids.isEmpty {
      let some = ids.prefix(PineconeRequests.deletionLimit)
      ids = ids.dropFirst(some.count)
      try PineconeAnswers.checkDeleted(
        try await send(PineconeRequests.writeTimeout) {
          $0.delete(some, namespace: namespace, at: $1)
        })
    }
  }

  private func list(prefix: String, namespace: String) async throws -> [String] {
    var ids: [String] = []
    var token: String?
    repeat {
      let response = try await send(PineconeRequests.writeTimeout) {
        $0.list(prefix: prefix, namespace: namespace, token: token, at: $1)
      }
      if PineconeAnswers.isOfMissingNamespace(response) { return ids }
      let page = try PineconeAnswers.page(response, prefix: prefix, namespace: namespace)
      ids += page.ids
      guard page.next == nil || (!page.ids.isEmpty && page.next != token),
        ids.count <= Self.removalLimit
      else { throw SpeechError(.transient, "pinecone answered with a list that has no end") }
      token = page.next
    } while token != nil
    return ids
  }
}

extension PineconeIndex {
  /// The answer of the index's host to the request that `make` makes; whatever its status.
  ///
  /// A host that is not reached or answers 404 may be that of an index deleted and made anew.
  private func send(
    _ timeout: Duration, _ make: (PineconeRequests, PineconeHost) -> VendorRequest
  ) async throws -> VendorResponse {
    let requests = PineconeRequests(settings: settings())
    let host = try await host(requests, timeout)
    let first = try await exchange(make(requests, host))
    guard isMissing(first) else { return try answer(first) }
    forget(host)
    let other = try await self.host(requests, timeout)
    return try answer(other == host ? first : try await exchange(make(requests, other)))
  }

  /// The host that is known, or the one that the control plane tells now. Callers that come before the
  /// first answer each ask.
  private func host(_ requests: PineconeRequests, _ timeout: Duration) async throws -> PineconeHost
  {
    let known = found.withLock { $0?.settings == requests.settings ? $0?.host : nil }
    if let known { return known }
    let response = try answer(try await exchange(requests.describe(timeout: timeout)))
    let host = try PineconeAnswers.host(response, dimensions: space.dimensions)
    found.withLock { $0 = (requests.settings, host) }
    return host
  }

  /// Forgets a host, unless another caller has found another one meanwhile.
  private func forget(_ host: PineconeHost) {
    found.withLock { if $0?.host == host { $0 = nil } }
  }

  private func exchange(
    _ request: VendorRequest
  ) async throws -> Result<VendorResponse, VendorHTTPFailure> {
    do {
      return .success(try await http.send(request))
    } catch let failure as VendorHTTPFailure {
      return .failure(failure)
    }
  }

  private func isMissing(_ result: Result<VendorResponse, VendorHTTPFailure>) -> Bool {
    switch result {
    case .success(let response): response.status == 404
    case .failure(.notSent): true
    case .failure(.unclear): false
    }
  }

  private func answer(
    _ result: Result<VendorResponse, VendorHTTPFailure>
  ) throws(SpeechError) -> VendorResponse {
    switch result {
    case .success(let response): return response
    case .failure(let failure): throw PineconeError.unanswered(failure)
    }
  }
}
