internal import Buffers

/// Writes of the data plane: answered at once, seen later.
extension PineconeMachine {
  /// Records of an upsert, and ids of a delete.
  private static let mostItems = 1_000

  /// `POST /vectors/upsert`.
  mutating func upsert(
    _ call: PineconeCall, on place: Int, at now: Duration
  ) throws(PineconeError) -> PineconeReply {
    let reader = try BodyReader(call.body)
    try reader.allow(only: ["vectors", "namespace"])
    let namespace = try reader.text("namespace") ?? ""
    try admit("upsert", namespace, on: place, at: now)
    let vectors = try reader.required("vectors", reader.list("vectors"))
    guard (1...Self.mostItems).contains(vectors.count) else {
      throw .invalid("an upsert must have from 1 to \(Self.mostItems) vectors")
    }
    var records: [VectorRecord] = []
    for vector in vectors {
      let dimension = indexes[place].configuration.dimension
      records.append(try VectorRecord(vector, dimension: dimension))
    }
    report.upserts += 1
    report.records += records.count
    return write(
      .put(records), to: namespace, on: place, at: now,
      answering: ["upsertedCount": .int(records.count)])
  }

  /// `POST /vectors/update`: one record by its id, or the metadata of all that fit.
  mutating func update(
    _ call: PineconeCall, on place: Int, at now: Duration
  ) throws(PineconeError) -> PineconeReply {
    let reader = try BodyReader(call.body)
    try reader.allow(only: ["id", "values", "setMetadata", "namespace", "filter", "dryRun"])
    let namespace = try reader.text("namespace") ?? ""
    try admit("update", namespace, on: place, at: now)
    let metadata = try VectorRecord.metadata(try reader.object("setMetadata") ?? [:])
    let values = try reader.floats("values")
    switch (try reader.text("id"), try reader.object("filter")) {
    case (let id?, nil):
      let dimension = indexes[place].configuration.dimension
      let checked = try values.map { (values) throws(PineconeError) in
        try VectorRecord.values(values, dimension: dimension)
      }
      return write(
        .change(id: try VectorRecord.id(id), values: checked, metadata: metadata), to: namespace,
        on: place, at: now)
    case (nil, let value?) where values == nil:
      let filter = try MetadataFilter(.object(value))
      let matched = indexes[place].space(namespace).matching(filter).count
      let answer: JSONValue = ["matchedRecords": .int(matched)]
      if try reader.flag("dryRun") == true { return PineconeReply(answer) }
      return write(
        .changeMatching(filter, metadata: metadata), to: namespace, on: place, at: now,
        answering: answer)
    default: throw .invalid("an update must have either an id or a filter with setMetadata")
    }
  }

  /// `POST /vectors/delete`: by ids, by a filter, or all.
  mutating func delete(
    _ call: PineconeCall, on place: Int, at now: Duration
  ) throws(PineconeError) -> PineconeReply {
    let reader = try BodyReader(call.body)
    try reader.allow(only: ["ids", "deleteAll", "namespace", "filter"])
    let namespace = try reader.text("namespace") ?? ""
    try admit("delete", namespace, on: place, at: now)
    let isAll = try reader.flag("deleteAll") == true
    switch (try reader.texts("ids"), try reader.object("filter"), isAll) {
    case (let ids?, nil, false):
      guard (1...Self.mostItems).contains(ids.count) else {
        throw .invalid("a delete must have from 1 to \(Self.mostItems) ids")
      }
      return write(.remove(ids), to: namespace, on: place, at: now)
    case (nil, let filter?, false):
      let filter = try MetadataFilter(.object(filter))
      return write(.removeMatching(filter), to: namespace, on: place, at: now)
    case (nil, nil, true): return try deleteNamespace(namespace, on: place, at: now)
    default: throw .invalid("a delete must have exactly one of ids, deleteAll and filter")
    }
  }

  /// `DELETE /namespaces/{namespace}`, which deletes all that is in it.
  mutating func deleteNamespace(
    _ name: String, on place: Int, at now: Duration
  ) throws(PineconeError) -> PineconeReply {
    guard indexes[place].hasSpace(name) else {
      throw PineconeError(.notFound, "Namespace not found")
    }
    return write(.removeAll, to: name, on: place, at: now)
  }
}
