internal import Buffers
internal import HTTP
internal import Speech

/// The requests to Pinecone, pure. The control plane writes `snake_case`, the data plane `camelCase`.
struct PineconeRequests {
  /// A query is asked while a caller waits for the answer.
  static let queryTimeout = Duration.milliseconds(800)
  static let writeTimeout = Duration.seconds(10)
  /// Matches that one query may ask for.
  static let matchLimit = 10_000
  /// Identifiers that one deletion may name.
  static let deletionLimit = 1_000

  let settings: PineconeSettings

  /// What the index is, and where.
  func describe(timeout: Duration) -> VendorRequest {
    request(
      "GET", "\(settings.baseURL)/indexes/\(PercentCoding.encode(settings.index))", [], timeout)
  }

  /// `body` is a ``PineconeBatches`` batch.
  func upsert(_ body: [UInt8], at host: PineconeHost) -> VendorRequest {
    request("POST", url(host, "vectors/upsert"), body, Self.writeTimeout)
  }

  func query(_ query: PineconeQuery, at host: PineconeHost) -> VendorRequest {
    request("POST", url(host, "query"), query.body, Self.queryTimeout)
  }

  /// A page of the identifiers that begin with `prefix`; the first when `token` is nil.
  func list(
    prefix: String, namespace: String, token: String?, at host: PineconeHost
  ) -> VendorRequest {
    var items = [("prefix", prefix), ("limit", "100"), ("namespace", namespace)]
    if let token { items.append(("paginationToken", token)) }
    let query = items.map { "\($0.0)=\(PercentCoding.encode($0.1))" }.joined(separator: "&")
    return request("GET", url(host, "vectors/list?\(query)"), [], Self.writeTimeout)
  }

  func delete(
    _ ids: some Sequence<String>, namespace: String, at host: PineconeHost
  ) -> VendorRequest {
    var json = JSONWriter()
    json.object {
      $0.key("ids")
      $0.beginArray()
      for id in ids { $0.string(id) }
      $0.endArray()
      $0.member("namespace", namespace)
    }
    return request("POST", url(host, "vectors/delete"), json.bytes, Self.writeTimeout)
  }

  private func url(_ host: PineconeHost, _ path: String) -> String {
    "\(settings.scheme)://\(host.text)/\(path)"
  }

  /// All of them do the same when they are done twice.
  private func request(
    _ method: String, _ url: String, _ body: [UInt8], _ timeout: Duration
  ) -> VendorRequest {
    var headers = [
      ("api-key", settings.apiKey), ("x-pinecone-api-version", settings.apiVersion),
      ("accept", "application/json"),
    ]
    if method == "POST" { headers.append(("content-type", "application/json")) }
    return VendorRequest(
      method: method, url: url, headers: headers, body: body, timeout: timeout, isRepeatable: true)
  }
}

/// A question to the index: the vectors of a group that are nearest to one.
struct PineconeQuery {
  let vector: [Float]
  let group: String
  let namespace: String
  let limit: Int

  fileprivate var body: [UInt8] {
    var json = JSONWriter()
    json.object {
      $0.member("namespace", namespace)
      $0.floats("vector", vector)
      $0.key("topK")
      $0.number(limit)
      $0.object("filter") { $0.object("agent_id") { $0.member("$eq", group) } }
      $0.key("includeMetadata")
      $0.bool(false)
      $0.key("includeValues")
      $0.bool(false)
    }
    return json.bytes
  }
}

extension JSONWriter {
  /// A member whose value is a list of finite numbers, each in the shortest text that reads back.
  mutating func floats(_ name: String, _ values: [Float]) {
    key(name)
    beginArray()
    for value in values { raw(value.description) }
    endArray()
  }
}
