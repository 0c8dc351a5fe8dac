internal import Buffers

/// Reads of the data plane: of what can be seen.
extension PineconeMachine {
  /// Matches of a query.
  private static let mostMatches = 10_000
  /// Ids of a fetch.
  private static let mostIDs = 1_000
  /// Read units that a query is said to cost.
  private static let queryUnits = 5

  /// `POST /query`: by a vector, or by that of a record.
  mutating func query(
    _ call: PineconeCall, on place: Int, at now: Duration
  ) throws(PineconeError) -> PineconeReply {
    let reader = try BodyReader(call.body)
    try reader.allow(only: [
      "namespace", "vector", "id", "topK", "filter", "includeValues", "includeMetadata",
    ])
    let namespace = try reader.text("namespace") ?? ""
    try admit("query", namespace, on: place, at: now)
    guard let count = try reader.whole("topK"), (1...Self.mostMatches).contains(count) else {
      throw .invalid("topK must be from 1 to \(Self.mostMatches)")
    }
    let filter = try reader.object("filter").map { (value) throws(PineconeError) in
      try MetadataFilter(.object(value))
    }
    let index = indexes[place]
    let space = index.space(namespace)
    let vector = try Self.vector(reader, in: space, dimension: index.configuration.dimension)
    let matches =
      vector.map { space.nearest(count, to: $0, by: index.configuration.metric, filter) } ?? []
    let showsValues = try reader.flag("includeValues") == true
    let showsMetadata = try reader.flag("includeMetadata") == true
    report.queries += 1
    let found = matches.map { match, score in
      Self.match(match, score, values: showsValues, metadata: showsMetadata)
    }
    return read(
      namespace, on: place, ["results": [], "matches": .array(found)], units: Self.queryUnits)
  }

  /// What the query looks for; nil when it names a record that is not there.
  private static func vector(
    _ reader: BodyReader, in space: VectorSpace, dimension: Int
  ) throws(PineconeError) -> [Float]? {
    switch (try reader.floats("vector"), try reader.text("id")) {
    case (let vector?, nil): return try VectorRecord.values(vector, dimension: dimension)
    case (nil, let id?): return space.records[id]?.values
    default: throw .invalid("a query must have either a vector or an id")
    }
  }

  /// One match with what is asked for.
  private static func match(
    _ record: VectorRecord, _ score: Double, values: Bool, metadata: Bool
  ) -> JSONValue {
    var match: JSONObject = ["id": .string(record.id), "score": .float(Float(score))]
    match["values"] = .array(values ? record.values.map(JSONValue.float) : [])
    if metadata, record.metadata.count > 0 { match["metadata"] = .object(record.metadata) }
    return .object(match)
  }

  /// `GET /vectors/fetch`: records by their ids; those that are missing are left out.
  mutating func fetch(
    _ call: PineconeCall, on place: Int, at now: Duration
  ) throws(PineconeError) -> PineconeReply {
    try admit("fetch", on: place, at: now)
    let ids = call.query.filter { $0.name == "ids" }.map(\.value)
    guard (1...Self.mostIDs).contains(ids.count) else {
      throw .invalid("a fetch must have from 1 to \(Self.mostIDs) ids")
    }
    let namespace = call.item("namespace") ?? ""
    let records = indexes[place].space(namespace).records
    let found = ids.compactMap { id in records[id].map { (id, $0.json) } }
    return read(namespace, on: place, ["vectors": .object(JSONObject(found))], units: 1)
  }

  /// `POST /vectors/fetch_by_metadata`, by pages.
  mutating func fetchByMetadata(
    _ call: PineconeCall, on place: Int, at now: Duration
  ) throws(PineconeError) -> PineconeReply {
    let reader = try BodyReader(call.body)
    try reader.allow(only: ["namespace", "filter", "limit", "paginationToken"])
    try admit("fetch", on: place, at: now)
    let namespace = try reader.text("namespace") ?? ""
    let filter = try MetadataFilter(.object(try reader.object("filter") ?? [:]))
    let page = try NamePage(
      indexes[place].space(namespace).matching(filter), by: \.id,
      size: try reader.whole("limit") ?? NamePage<VectorRecord>.usualSize,
      token: try reader.text("paginationToken"))
    let found = page.items.map { ($0.id, $0.json) }
    return read(
      namespace, on: place, page.told(with: ["vectors": .object(JSONObject(found))]), units: 1)
  }

  /// `GET /vectors/list`: ids in the order of their bytes, by pages.
  mutating func list(
    _ call: PineconeCall, on place: Int, at now: Duration
  ) throws(PineconeError) -> PineconeReply {
    try admit("list", on: place, at: now)
    let namespace = call.item("namespace") ?? ""
    let records = indexes[place].space(namespace).matching(nil, prefix: call.item("prefix") ?? "")
    let page = try NamePage(records, by: \.id, call)
    let ids = page.items.map { ["id": .string($0.id)] as JSONValue }
    return read(namespace, on: place, page.told(with: ["vectors": .array(ids)]), units: 1)
  }
}
