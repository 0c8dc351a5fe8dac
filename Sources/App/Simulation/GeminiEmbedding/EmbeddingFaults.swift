package import Buffers

/// What goes wrong with embeddings, by `POST /sim/faults` under `gemini_embedding`.
package struct EmbeddingFaults: Sendable, Equatable {
  /// What stands in a vector that cannot be used.
  package enum Spoiling: String, Sendable, CaseIterable {
    /// The first value is the text `NaN`, as protobuf writes one.
    case nan
    /// The first value is null.
    case null
    /// All values are 0.
    case zero
  }

  /// The answer's HTTP status instead of 200.
  package var status: Int?
  /// How many requests the switches hold for, all when nil; `delay` always holds.
  package var count: Int?
  /// What a 429 asks the client to wait.
  package var retryDelay: Duration = .milliseconds(200)
  /// A 429 names the quota of the day, not that of the minute.
  package var isDailyQuota = false
  /// Every answer is held back this long.
  package var delay: Duration = .zero
  /// Vectors lack their last value.
  package var isShort = false
  /// The first vector of an answer cannot be used.
  package var spoiling: Spoiling?

  /// Nothing goes wrong.
  package init() {}

  /// All switches.
  private static let members: Set<String> = [
    "status", "count", "retry_delay_ms", "daily_quota", "delay_ms", "wrong_length", "not_finite",
  ]

  /// Reads the switches of a fault object; those it does not name are off.
  package init(_ value: JSONValue) throws(SimulationError) {
    let reader = try MemberReader(value, .invalidFault, in: "gemini_embedding")
    try reader.allow(only: Self.members)
    status = try reader.number("status", in: 400...599)
    count = try reader.number("count", in: 0...1_000_000)
    retryDelay = try reader.duration("retry_delay_ms") ?? retryDelay
    isDailyQuota = try reader.flag("daily_quota") ?? false
    delay = try reader.duration("delay_ms") ?? delay
    isShort = try reader.flag("wrong_length") ?? false
    if let isSpoilt = value["not_finite"]?.boolValue {
      spoiling = isSpoilt ? .nan : nil
    } else if let name = try reader.text("not_finite") {
      spoiling = Spoiling(rawValue: name)
      if spoiling == nil {
        throw SimulationError(.invalidFault, "gemini_embedding.not_finite cannot be \"\(name)\"")
      }
    }
  }

  /// The switches of the next request, which uses up one of `count`.
  mutating func next() -> EmbeddingFaults {
    guard let left = count else { return self }
    guard left > 0 else {
      var none = EmbeddingFaults()
      none.delay = delay
      return none
    }
    let current = self
    count = left - 1
    return current
  }

  /// The values of one vector as they are written.
  func written(_ values: [Double], isFirst: Bool) -> JSONValue {
    var written = values.map(Self.number)
    if isFirst, let spoiling { Self.spoil(&written, spoiling) }
    return .array(isShort ? written.dropLast() : written)
  }

  /// A value with as many digits as a float has.
  private static func number(_ value: Double) -> JSONValue {
    JSONNumber((value * 1e9).rounded() / 1e9).map { .number($0) } ?? 0
  }

  /// Makes the values unusable in one way.
  private static func spoil(_ values: inout [JSONValue], _ spoiling: Spoiling) {
    switch spoiling {
    case .nan: values[0] = "NaN"
    case .null: values[0] = .null
    case .zero: values = values.map { _ in 0 }
    }
  }
}
