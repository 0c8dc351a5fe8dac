internal import Buffers

/// The data plane: what is in one index.
extension PineconeMachine {
  /// Requests of each kind in a second: of a namespace, or of the whole index.
  private static let limits: [String: Int] = [
    "query": 100, "upsert": 100, "update": 100, "delete": 100, "fetch": 100, "list": 200,
    "describe_index_stats": 100,
  ]
  /// Bytes of a request.
  private static let mostBytes = 2 * 1_024 * 1_024
  /// Bytes of an answer.
  private static let mostAnswered = 4 * 1_024 * 1_024

  /// The answer to a call about what is in the index at `place`.
  mutating func data(
    _ call: PineconeCall, on place: Int, at now: Duration
  ) throws(PineconeError) -> PineconeReply {
    guard call.body.count <= Self.mostBytes else {
      throw PineconeError(
        .outOfRange,
        "Request size \(call.body.count) bytes exceeds the maximum supported size of "
          + "\(Self.mostBytes) bytes")
    }
    let reply = try dispatch(call, on: place, at: now)
    guard reply.body.count <= Self.mostAnswered else {
      throw PineconeError(
        .outOfRange,
        "Response size \(reply.body.count) bytes exceeds the maximum supported size of "
          + "\(Self.mostAnswered) bytes")
    }
    return reply
  }

  /// What the operation answers, of any size.
  private mutating func dispatch(
    _ call: PineconeCall, on place: Int, at now: Duration
  ) throws(PineconeError) -> PineconeReply {
    switch call.operation {
    case .upsert: return try upsert(call, on: place, at: now)
    case .query: return try query(call, on: place, at: now)
    case .fetch: return try fetch(call, on: place, at: now)
    case .fetchByMetadata: return try fetchByMetadata(call, on: place, at: now)
    case .list: return try list(call, on: place, at: now)
    case .update: return try update(call, on: place, at: now)
    case .delete: return try delete(call, on: place, at: now)
    case .stats: return try stats(call, on: place, at: now)
    case .createNamespace: return try createNamespace(call, on: place)
    case .describeNamespace(let name): return try describeNamespace(name, on: place)
    case .deleteNamespace(let name): return try deleteNamespace(name, on: place, at: now)
    default: return try listNamespaces(call, on: place)
    }
  }

  /// Throws when one more request of `kind` is too many; limits of reads by id are the index's.
  mutating func admit(
    _ kind: String, _ namespace: String = "", on place: Int, at now: Duration
  ) throws(PineconeError) {
    let limit = faults.requestsPerSecond ?? Self.limits[kind] ?? .max
    let index = indexes[place].configuration.name
    let call = LimitedCall(index: index, kind: kind, namespace: namespace)
    guard limiter.admit(call, limit: limit, at: now) else {
      throw PineconeError(
        .resourceExhausted, "Too many requests: the limit of \(kind) is \(limit) a second")
    }
  }

  /// Takes a write that is seen after the usual time.
  mutating func write(
    _ write: VectorSpace.Write, to namespace: String, on place: Int, at now: Duration,
    answering json: JSONValue = [:]
  ) -> PineconeReply {
    let number = indexes[place].add(write, to: namespace, due: now + faults.visibility)
    var reply = PineconeReply(json)
    reply.sequenceNumber = .written(number)
    return reply
  }

  /// An answer of the namespace, with how new it is.
  func read(_ namespace: String, on place: Int, _ members: JSONObject, units: Int) -> PineconeReply
  {
    var body = members
    body["namespace"] = .string(namespace)
    body["usage"] = ["readUnits": .int(units)]
    var reply = PineconeReply(.object(body))
    reply.sequenceNumber = .seen(indexes[place].space(namespace).seen)
    return reply
  }

  /// `POST /describe_index_stats`.
  private mutating func stats(
    _ call: PineconeCall, on place: Int, at now: Duration
  ) throws(PineconeError) -> PineconeReply {
    let reader = try BodyReader(call.body)
    try reader.allow(only: ["filter"])
    if try reader.object("filter") != nil {
      throw .invalid(
        "Serverless and Starter indexes do not support describing index stats with metadata "
          + "filtering")
    }
    try admit("describe_index_stats", on: place, at: now)
    let index = indexes[place]
    let namespaces = index.counts.map { ($0.name, ["vectorCount": .int($0.count)] as JSONValue) }
    return PineconeReply([
      "namespaces": .object(JSONObject(namespaces)),
      "dimension": .int(index.configuration.dimension), "indexFullness": 0,
      "totalVectorCount": .int(index.counts.reduce(0) { $0 + $1.count }),
      "metric": .string(index.configuration.metric.rawValue), "vectorType": "dense",
      "memory_fullness": 0, "storage_fullness": 0,
    ])
  }
}
