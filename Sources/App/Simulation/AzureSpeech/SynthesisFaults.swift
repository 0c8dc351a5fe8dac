package import Buffers

/// What goes wrong in speech synthesis, by `POST /sim/faults` under `azure_tts`.
package struct SynthesisFaults: Sendable, Equatable {
  /// The answer's HTTP status instead of 200.
  package var status: Int?
  /// How many requests the switches hold for, all when nil; `delay` and `firstByte` always hold.
  package var count: Int?
  /// Every answer is held back this long.
  package var delay: Duration = .zero
  /// From the call to the first sound, unless the voice takes longer.
  package var firstByte: Duration = .milliseconds(120)
  /// The answer is a success without a body.
  package var isEmpty = false
  /// The connection ends after this much sound, in the middle of a sample.
  package var cutAfter: Duration?
  /// Nothing comes after the first piece, and no end.
  package var stalls = false

  /// Nothing goes wrong.
  package init() {}

  /// All switches.
  private static let members: Set<String> = [
    "status", "count", "delay_ms", "first_byte_ms", "empty", "cut_after_ms", "stall",
  ]

  /// Reads the switches of a fault object; those it does not name are off.
  package init(_ value: JSONValue) throws(SimulationError) {
    let reader = try MemberReader(value, .invalidFault, in: "azure_tts")
    try reader.allow(only: Self.members)
    status = try reader.number("status", in: 400...599)
    count = try reader.number("count", in: 0...1_000_000)
    delay = try reader.duration("delay_ms") ?? delay
    firstByte = try reader.duration("first_byte_ms") ?? firstByte
    isEmpty = try reader.flag("empty") ?? false
    cutAfter = try reader.duration("cut_after_ms")
    stalls = try reader.flag("stall") ?? false
  }

  /// The switches of the next request, which uses up one of `count`.
  mutating func next() -> SynthesisFaults {
    guard let left = count else { return self }
    guard left > 0 else {
      var none = SynthesisFaults()
      none.delay = delay
      none.firstByte = firstByte
      return none
    }
    let current = self
    count = left - 1
    return current
  }
}
