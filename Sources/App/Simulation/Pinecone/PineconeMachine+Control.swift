internal import Buffers

/// The control plane: indexes.
extension PineconeMachine {
  /// Indexes that a project can have.
  private static let mostIndexes = 20

  /// The answer to a call about indexes at `now`.
  mutating func control(
    _ call: PineconeCall, at now: Duration
  ) throws(PineconeError) -> PineconeReply {
    switch call.operation {
    case .createIndex: return try create(call, at: now)
    case .describeIndex(let name): return shown(try find(name), to: call, at: now)
    case .configureIndex(let name):
      let place = try find(name)
      try IndexRules.configure(&indexes[place].configuration, call.body)
      return shown(place, to: call, at: now, status: 202)
    case .deleteIndex(let name):
      try delete(name, at: now)
      return PineconeReply(emptyWith: 202)
    default:
      let all = indexes.map {
        $0.json(at: now, host: host(of: $0.configuration.name, for: call.authority))
      }
      return PineconeReply(["indexes": .array(all)])
    }
  }

  /// `POST /indexes`.
  private mutating func create(
    _ call: PineconeCall, at now: Duration
  ) throws(PineconeError) -> PineconeReply {
    let configuration = try IndexRules.configuration(call.body)
    if indexes.contains(where: { $0.configuration.name == configuration.name }) {
      throw PineconeError(.alreadyExists, "Resource already exists.")
    }
    guard indexes.count < Self.mostIndexes else {
      throw PineconeError(
        .forbidden, "The project has \(indexes.count) indexes; the limit is \(Self.mostIndexes).")
    }
    indexes.append(VectorIndex(configuration, readyAt: now + Self.settling))
    return shown(indexes.count - 1, to: call, at: now, status: 201)
  }

  /// `DELETE /indexes/{name}`; a second time is as good as the first.
  private mutating func delete(_ name: String, at now: Duration) throws(PineconeError) {
    let place = try find(name)
    if indexes[place].configuration.isProtected {
      throw PineconeError(
        .forbidden,
        "Deletion protection is enabled for this index. Disable deletion protection before retrying."
      )
    }
    indexes[place].terminate(by: now + Self.settling)
  }

  /// The place of the index `name`.
  private func find(_ name: String) throws(PineconeError) -> Int {
    guard let place = indexes.firstIndex(where: { $0.configuration.name == name }) else {
      throw PineconeError(.notFound, "Resource \(name) not found")
    }
    return place
  }

  /// One index as the answer to `call`.
  private func shown(
    _ place: Int, to call: PineconeCall, at now: Duration, status: Int = 200
  ) -> PineconeReply {
    let index = indexes[place]
    let host = host(of: index.configuration.name, for: call.authority)
    return PineconeReply(status: status, index.json(at: now, host: host))
  }
}
