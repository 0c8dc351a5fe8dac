internal import Buffers

/// One index: how it was made, how far it is, and its namespaces.
///
/// Initializing → ready → terminating → gone, by times that are passed in.
package struct VectorIndex: Sendable {
  /// How an index is made; what its members may be is in `IndexRules`.
  struct Configuration: Sendable {
    var name: String
    var dimension: Int
    var metric: VectorMetric = .cosine
    var isProtected = false
    var tags: JSONObject = [:]
    /// The vendor's `serverless` object, as the answers show it.
    var serverless: JSONObject = ["cloud": "aws", "region": "us-east-1"]
  }

  /// How far an index is.
  enum State: String, Sendable {
    case initializing = "Initializing"
    case ready = "Ready"
    case terminating = "Terminating"
  }

  /// The namespace that is meant when none is named has two names.
  static let defaultNamespace = "__default__"

  /// As it was made, and changed since.
  var configuration: Configuration
  /// The end of the initializing.
  private let readyAt: Duration
  /// When a deleted index is gone.
  private(set) var goneAt: Duration?
  /// By name; the one without a name is empty text.
  private(set) var spaces: [String: VectorSpace] = [:]
  /// The number of the last write.
  private(set) var writes = 0

  /// An index that is ready from `readyAt` on.
  init(_ configuration: Configuration, readyAt: Duration) {
    self.configuration = configuration
    self.readyAt = readyAt
  }

  /// How far it is at `now`.
  func state(at now: Duration) -> State {
    if goneAt != nil { return .terminating }
    return now < readyAt ? .initializing : .ready
  }

  /// Begins to end the index, which is gone at `time`.
  mutating func terminate(by time: Duration) { goneAt = goneAt ?? time }

  /// Applies what is due at `now`; namespaces of which nothing is left go.
  mutating func settle(at now: Duration) {
    spaces = spaces.compactMapValues { space in
      var space = space
      space.settle(at: now)
      return space.isGone ? nil : space
    }
  }

  /// The namespace `name`; an empty one where nothing is.
  func space(_ name: String) -> VectorSpace { spaces[Self.key(name)] ?? VectorSpace() }

  /// Whether the namespace is there, or will be.
  func hasSpace(_ name: String) -> Bool { spaces[Self.key(name)] != nil }

  /// Makes an empty namespace.
  mutating func makeSpace(_ name: String) { spaces[Self.key(name)] = VectorSpace(isMade: true) }

  /// Takes a write to be seen from `due` on; its sequence number.
  mutating func add(_ write: VectorSpace.Write, to name: String, due: Duration) -> Int {
    writes += 1
    spaces[Self.key(name), default: VectorSpace()].add(write, number: writes, due: due)
    return writes
  }

  /// Both names of the default namespace are one.
  private static func key(_ name: String) -> String { name == defaultNamespace ? "" : name }

  /// Visible records by namespace, in the order of names.
  package var counts: [(name: String, count: Int)] {
    spaces.filter(\.value.isVisible).map { (name: $0.key, count: $0.value.records.count) }
      .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// As the control plane shows it at `now`; `host` has no scheme.
  func json(at now: Duration, host: String) -> JSONValue {
    let state = state(at: now)
    return [
      "name": .string(configuration.name), "vector_type": "dense",
      "metric": .string(configuration.metric.rawValue), "dimension": .int(configuration.dimension),
      "status": ["ready": .bool(state == .ready), "state": .string(state.rawValue)],
      "host": .string(host), "spec": ["serverless": .object(configuration.serverless)],
      "deletion_protection": configuration.isProtected ? "enabled" : "disabled",
      "tags": .object(configuration.tags),
    ]
  }
}
