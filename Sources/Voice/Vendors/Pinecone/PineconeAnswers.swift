internal import Buffers
internal import Speech

/// Reads Pinecone's answers; pure. No answer is trusted to stay in the namespace or the group asked
/// for.
enum PineconeAnswers {
  /// A page of identifiers, and where the next one starts.
  struct Page: Equatable {
    var ids: [String]
    var next: String?
  }

  /// Where the index is. Throws when vectors of `dimensions` cannot be compared by their angle in it.
  static func host(_ response: VendorResponse, dimensions: Int) throws(SpeechError) -> PineconeHost
  {
    let json = try read(response)
    guard json["dimension"]?.intValue == dimensions, json["metric"]?.stringValue == "cosine",
      (json["vector_type"]?.stringValue ?? "dense") == "dense"
    else {
      throw SpeechError(
        .configuration,
        "pinecone's index is not one of dense vectors of \(dimensions) dimensions compared by cosine"
      )
    }
    guard json["status"]?["ready"]?.boolValue == true else {
      throw SpeechError(.transient, "pinecone's index is not ready", retryAfter: .seconds(5))
    }
    guard let host = json["host"]?.stringValue.flatMap(PineconeHost.init) else {
      throw SpeechError(.configuration, "pinecone answered with a host that is none")
    }
    return host
  }

  /// Throws unless all vectors of a batch were written.
  static func checkWritten(_ response: VendorResponse, count: Int) throws(SpeechError) {
    guard try read(response)["upsertedCount"]?.intValue == count else {
      throw SpeechError(.transient, "pinecone did not write all \(count) vectors of a batch")
    }
  }

  /// At most as many matches as were asked for, nearest first.
  static func matches(
    _ response: VendorResponse, to query: PineconeQuery
  ) throws(SpeechError) -> [VectorMatch] {
    var matches: [VectorMatch] = []
    for item in try list("matches", try read(response), query.namespace) {
      guard let id = item["id"]?.stringValue, let score = cosine(item["score"]) else {
        throw unreadable
      }
      if id.utf8.starts(with: "\(query.group)#".utf8) {
        matches.append(VectorMatch(id: id, score: score))
      }
    }
    return Array(matches.sorted { $0.score > $1.score }.prefix(query.limit))
  }

  /// Rounding may lead a little beyond -1 and 1.
  private static func cosine(_ value: JSONValue?) -> Float? {
    guard case .number(let number)? = value, abs(number.double) <= 1.01 else { return nil }
    return Float(min(max(number.double, -1), 1))
  }

  /// The identifiers of a list that begin with `prefix`, as all of them should.
  static func page(
    _ response: VendorResponse, prefix: String, namespace: String
  ) throws(SpeechError) -> Page {
    let json = try read(response)
    var ids: [String] = []
    for item in try list("vectors", json, namespace) {
      guard let id = item["id"]?.stringValue else { throw unreadable }
      if id.utf8.starts(with: prefix.utf8) { ids.append(id) }
    }
    return Page(ids: ids, next: json["pagination"]?["next"]?.stringValue?.nonEmpty)
  }

  /// Throws unless the vectors named are gone.
  static func checkDeleted(_ response: VendorResponse) throws(SpeechError) {
    if isOfMissingNamespace(response) { return }
    _ = try read(response)
  }

  /// Whether the namespace does not exist, which is to have no vectors: what an index that exists
  /// answers 404 about.
  static func isOfMissingNamespace(_ response: VendorResponse) -> Bool {
    response.status == 404 && PineconeError(response.body).code == "NOT_FOUND"
  }

  /// A list of a namespace; one that is left out is empty, if the answer is of that namespace.
  private static func list(
    _ name: String, _ json: JSONValue, _ namespace: String
  ) throws(SpeechError) -> [JSONValue] {
    let answered = json["namespace"]?.stringValue
    guard answered == nil || answered == namespace else {
      throw SpeechError(.transient, "pinecone answered from another namespace")
    }
    if let items = json[name]?.arrayValue { return items }
    guard json[name] == nil, answered != nil else { throw unreadable }
    return []
  }

  private static func read(_ response: VendorResponse) throws(SpeechError) -> JSONValue {
    guard (200..<300).contains(response.status) else { throw PineconeError.failure(response) }
    guard let json = try? JSONValue(parsing: response.body, duplicateKeys: .lastWins),
      json.objectValue != nil
    else { throw unreadable }
    return json
  }

  private static let unreadable = SpeechError(
    .transient, "pinecone answered with an unreadable body")
}
