package import Buffers

/// Both planes of one Pinecone project. Pure: the time of a call is passed in and never goes back.
///
/// A call is refused by its key and version, then meets the faults, then its plane. The index that
/// was there from the start is meant by the plain address; others have hosts of their own below
/// `localhost`, since one port cannot have many names.
package struct PineconeMachine: Sendable {
  /// API versions whose forms these are.
  private static let versions: Set<String> = ["2025-10", "2026-01", "2026-04"]
  /// From the making of an index to its being ready, and from its deletion to its end.
  static let settling: Duration = .milliseconds(500)
  /// Where the hosts of later indexes are.
  private static let zone = ".localhost"

  /// The only key that is right.
  private let key: String
  /// The name of the index that is there from the start.
  let firstIndex: String
  /// The switches, used up as they are counted.
  private(set) var faults: PineconeFaults
  /// In the order they were made.
  var indexes: [VectorIndex]
  /// Requests of this second.
  var limiter = SecondLimiter<LimitedCall>()
  /// What was counted since the start.
  package internal(set) var report = PineconeReport()

  /// Requests that share a limit.
  struct LimitedCall: Hashable, Sendable {
    let index: String
    let kind: String
    let namespace: String
  }

  /// A project with one ready index of 768 values, by cosine.
  package init(key: String, index: String, faults: PineconeFaults) {
    self.key = key
    self.faults = faults
    firstIndex = index
    let configuration = VectorIndex.Configuration(name: index, dimension: 768)
    indexes = [VectorIndex(configuration, readyAt: .zero)]
  }

  /// Replaces all switches; writes that were taken before keep their time.
  package mutating func setFaults(_ faults: PineconeFaults) { self.faults = faults }

  /// The answer to one call at `now`.
  package mutating func answer(_ call: PineconeCall, at now: Duration) -> PineconeReply {
    settle(at: now)
    report.requests += 1
    var reply: PineconeReply
    do throws(PineconeError) {
      try checkHeaders(call)
      if let status = faults.nextStatus() {
        report.failures += 1
        reply = PineconeReply(PineconeError(injected: status), isControl: call.operation.isControl)
      } else {
        reply = try perform(call, at: now)
      }
    } catch {
      if error.code == .resourceExhausted { report.limited += 1 } else { report.refused += 1 }
      reply = PineconeReply(error, isControl: call.operation.isControl)
    }
    reply.delay = faults.delay
    return reply
  }

  /// `GET /sim/vectors`: visible records by index and namespace at `now`.
  package mutating func vectors(at now: Duration) -> JSONValue {
    settle(at: now)
    let members = indexes.map { index in
      let counts = index.counts.map { ($0.name, JSONValue.int($0.count)) }
      return (index.configuration.name, JSONValue.object(JSONObject(counts)))
    }
    return .object(JSONObject(members))
  }

  /// Applies what is due, so that everything below sees the state at `now`.
  private mutating func settle(at now: Duration) {
    indexes.removeAll { $0.goneAt.map { $0 <= now } ?? false }
    for place in indexes.indices { indexes[place].settle(at: now) }
  }

  /// Refuses a wrong key, then another version.
  private func checkHeaders(_ call: PineconeCall) throws(PineconeError) {
    guard call.key == key else { throw PineconeError(.unauthenticated, "Invalid API Key") }
    guard let version = call.version, Self.versions.contains(version) else {
      throw .invalid(
        "the header X-Pinecone-Api-Version must be one of "
          + Self.versions.sorted().joined(separator: ", "))
    }
  }

  /// What a call with the right headers gets.
  private mutating func perform(
    _ call: PineconeCall, at now: Duration
  ) throws(PineconeError) -> PineconeReply {
    if call.operation.isControl { return try control(call, at: now) }
    let name = indexName(of: call.authority)
    let place = indexes.firstIndex { $0.configuration.name == name }
    guard let place, indexes[place].goneAt == nil else {
      throw PineconeError(.notFound, "no index has this host")
    }
    guard indexes[place].state(at: now) == .ready else {
      throw PineconeError(.unavailable, "the index is not ready")
    }
    return try data(call, on: place, at: now)
  }

  /// The host of an index, for a client that called `authority`; without a scheme.
  func host(of name: String, for authority: String) -> String {
    let port = authority.lastIndex(of: ":").map { authority[$0...] } ?? ""
    let host = authority.dropLast(port.count)
    if name != firstIndex { return name + Self.zone + port }
    return host.hasSuffix(Self.zone) ? "localhost" + port : authority
  }

  /// The index that a client means which called `authority`.
  private func indexName(of authority: String) -> String {
    let host = authority.prefix { $0 != ":" }
    return host.hasSuffix(Self.zone) ? String(host.dropLast(Self.zone.count)) : firstIndex
  }
}
