package import Buffers

/// What goes wrong in speech recognition, by `POST /sim/faults` under `google_stt`.
package struct RecognitionFaults: Sendable, Equatable {
  /// The answer's HTTP status instead of 200.
  package var status: Int?
  /// How many requests the switches hold for, all when nil; `delay` always holds.
  package var count: Int?
  /// Every answer is held back this long.
  package var delay: Duration = .zero
  /// Nothing is understood.
  package var hidesResults = false
  /// Of every transcript, from 0, which means none, to 1.
  package var confidence: Double?
  /// The JSON of the answer is cut in half.
  package var isMalformed = false

  /// Nothing goes wrong.
  package init() {}

  /// All switches.
  private static let members: Set<String> = [
    "status", "count", "delay_ms", "no_results", "confidence", "malformed",
  ]

  /// Reads the switches of a fault object; those it does not name are off.
  package init(_ value: JSONValue) throws(SimulationError) {
    let reader = try MemberReader(value, .invalidFault, in: "google_stt")
    try reader.allow(only: Self.members)
    status = try reader.number("status", in: 400...599)
    count = try reader.number("count", in: 0...1_000_000)
    delay = try reader.duration("delay_ms") ?? delay
    hidesResults = try reader.flag("no_results") ?? false
    confidence = try reader.decimal("confidence", in: 0...1)
    isMalformed = try reader.flag("malformed") ?? false
  }

  /// The switches of the next request, which uses up one of `count`.
  mutating func next() -> RecognitionFaults {
    guard let left = count else { return self }
    guard left > 0 else {
      var none = RecognitionFaults()
      none.delay = delay
      return none
    }
    let current = self
    count = left - 1
    return current
  }
}
