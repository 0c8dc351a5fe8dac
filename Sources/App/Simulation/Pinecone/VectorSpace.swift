internal import Buffers

/// One namespace: what can be seen of it, and the writes that cannot yet.
///
/// Writes take effect in their order, each when it is due. Pure: times are passed in.
struct VectorSpace: Sendable {
  /// A change of the namespace.
  enum Write: Sendable, Equatable {
    case put([VectorRecord])
    case remove([String])
    case removeMatching(MetadataFilter)
    case removeAll
    case change(id: String, values: [Float]?, metadata: JSONObject)
    case changeMatching(MetadataFilter, metadata: JSONObject)
  }

  /// A write, its sequence number, and when it takes effect.
  private struct Pending {
    let due: Duration
    let number: Int
    let write: Write
  }

  /// Records that can be seen, by id.
  private(set) var records: [String: VectorRecord] = [:]
  /// Made by its own call, so that it exists without records.
  private(set) var isMade = false
  /// The number of the last write that can be seen.
  private(set) var seen = 0
  /// In their order, which is that of their times.
  private var pending: [Pending] = []

  /// A namespace that a write makes, or a call of its own.
  init(isMade: Bool = false) { self.isMade = isMade }

  /// Whether it is there for readers.
  var isVisible: Bool { isMade || !records.isEmpty }
  /// Whether nothing is left of it.
  var isGone: Bool { !isVisible && pending.isEmpty }

  /// Takes the write with the sequence number `number`, to be seen from `due` on.
  mutating func add(_ write: Write, number: Int, due: Duration) {
    // A shorter delay does not let a write overtake another.
    pending.append(Pending(due: max(due, pending.last?.due ?? due), number: number, write: write))
  }

  /// Applies the writes that are due at `now`.
  mutating func settle(at now: Duration) {
    let due = pending.prefix { $0.due <= now }
    for item in due {
      apply(item.write)
      seen = item.number
    }
    pending.removeFirst(due.count)
  }

  /// Carries out one write.
  private mutating func apply(_ write: Write) {
    switch write {
    case .put(let new): for record in new { records[record.id] = record }
    case .remove(let ids): for id in ids { records[id] = nil }
    case .removeMatching(let filter): records = records.filter { !filter.fits($0.value.metadata) }
    case .removeAll:
      records = [:]
      isMade = false
    case .change(let id, let values, let metadata):
      if let values { records[id]?.values = values }
      merge(metadata, into: id)
    case .changeMatching(let filter, let metadata):
      for id in matching(filter).map(\.id) { merge(metadata, into: id) }
    }
  }

  /// Sets members of one record, if it is there.
  private mutating func merge(_ metadata: JSONObject, into id: String) {
    for (key, value) in metadata { records[id]?.metadata[key] = value }
  }

  /// Visible records that fit, all without a filter, by the bytes of their ids.
  func matching(_ filter: MetadataFilter?, prefix: String = "") -> [VectorRecord] {
    records.values
      .filter { $0.id.utf8.starts(with: prefix.utf8) && filter?.fits($0.metadata) ?? true }
      .sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
  }

  /// The `count` visible records nearest to `vector`; of equally near ones the lesser id is first.
  func nearest(
    _ count: Int, to vector: [Float], by metric: VectorMetric, _ filter: MetadataFilter?
  ) -> [(record: VectorRecord, score: Double)] {
    let scored = matching(filter).map { (record: $0, score: metric.score($0.values, vector)) }
    // The order of ids stays where scores are equal: Swift's sort is stable in fact, not by promise.
    let sorted = scored.enumerated().sorted {
      $0.element.score == $1.element.score
        ? $0.offset < $1.offset : metric.isNearer($0.element.score, than: $1.element.score)
    }
    return sorted.prefix(count).map(\.element)
  }
}
