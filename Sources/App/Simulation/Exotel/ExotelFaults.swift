package import Buffers

/// What goes wrong on the Exotel side, by `POST /sim/faults` under `exotel`. All off by default.
package struct ExotelFaults: Sendable, Equatable {
  /// The next `restCount` API requests answer with this status instead.
  package var restStatus: Int?
  package var restCount = 0
  /// Every API answer is held back this long.
  package var restDelay: Duration = .zero
  /// The next connect requests are accepted and dialled, but their answer never comes in time.
  package var swallowedAnswers = 0
  package var duplicatesCallbacks = false
  /// The terminal callback overtakes the answered one.
  package var reordersCallbacks = false
  package var callbackDelay: Duration = .zero
  package var droppedCallbacks: Set<StatusEvent.Kind> = []
  /// The terminal callback has only the four basic fields.
  package var basicCallbacks = false
  package var signsCallbacks = false
  /// Account-wide concurrent streams.
  package var streamLimit = 100
  /// Marks still queued are echoed when `clear` arrives; the vendor does not say.
  package var echoesClearedMarks = false
  /// Length of one media message; the vendor's documents say 100 ms, and bytes that mean 200 ms.
  package var mediaPeriod: Duration = .milliseconds(100)
  /// Requests a minute.
  package var requestsPerMinute = 200
  /// When duration, price and end of a call appear after its end.
  package var settling: Duration = .seconds(2)

  package init() {}

  /// Reads the switches of a fault object; those it does not name are off.
  package init(_ value: JSONValue) throws(SimulationError) {
    let reader = try MemberReader(value, .invalidFault, in: "exotel")
    try reader.allow(only: Self.members)
    restStatus = try reader.number("rest_status", in: 400...599)
    restCount = try reader.number("rest_count", in: 0...1_000_000) ?? (restStatus == nil ? 0 : 1)
    restDelay = try reader.duration("rest_delay_ms") ?? restDelay
    swallowedAnswers = try reader.number("swallow_answers", in: 0...1_000) ?? 0
    duplicatesCallbacks = try reader.flag("duplicate_callbacks") ?? false
    reordersCallbacks = try reader.flag("reorder_callbacks") ?? false
    callbackDelay = try reader.duration("callback_delay_ms") ?? callbackDelay
    basicCallbacks = try reader.flag("basic_callbacks") ?? false
    signsCallbacks = try reader.flag("sign_callbacks") ?? false
    streamLimit = try reader.number("stream_limit", in: 0...100_000) ?? streamLimit
    echoesClearedMarks = try reader.flag("echo_cleared_marks") ?? false
    mediaPeriod = .milliseconds(try reader.number("media_ms", in: 20...200) ?? 100)
    requestsPerMinute = try reader.number("requests_per_minute", in: 0...1_000_000) ?? 200
    settling = try reader.duration("settling_ms") ?? settling
    for name in try reader.texts("drop_callbacks") ?? [] {
      guard let kind = StatusEvent.Kind(rawValue: name) else {
        throw SimulationError(.invalidFault, "exotel.drop_callbacks has no event \"\(name)\"")
      }
      droppedCallbacks.insert(kind)
    }
  }

  private static let members: Set<String> = [
    "rest_status", "rest_count", "rest_delay_ms", "swallow_answers", "duplicate_callbacks",
    "reorder_callbacks", "callback_delay_ms", "basic_callbacks", "sign_callbacks", "stream_limit",
    "echo_cleared_marks", "requests_per_minute", "settling_ms", "drop_callbacks", "media_ms",
  ]

  /// How long after its cause a callback leaves, one entry per copy; empty when it is dropped.
  package func departures(of kind: StatusEvent.Kind) -> [Duration] {
    if droppedCallbacks.contains(kind) { return [] }
    return duplicatesCallbacks
      ? [callbackDelay, callbackDelay + .milliseconds(300)] : [callbackDelay]
  }

  /// Whether the callback waits until the terminal one has gone out.
  package func holdsBack(_ kind: StatusEvent.Kind) -> Bool {
    reordersCallbacks && kind == .answered
  }
}
