/// `google.protobuf.Duration`: a span of time, to the nanosecond. Generated; nothing else should conform.
public protocol DurationMessage: Message {
  /// Whole seconds, of some 10,000 years either way.
  var seconds: Int64 { get set }
  /// What is more or less than these, with their sign: under a second.
  var nanos: Int32 { get set }
}

/// `google.protobuf.Timestamp`: a moment in UTC, to the nanosecond. Generated; nothing else should conform.
public protocol TimestampMessage: Message {
  /// Whole seconds since 1970-01-01T00:00:00Z; negative before.
  var seconds: Int64 { get set }
  /// What is more than these, never negative: under a second.
  var nanos: Int32 { get set }
}

extension DurationMessage {
  /// A span; parts of a nanosecond are cut off. One of more than 10,000 years is written as it is, and
  /// whoever reads it may refuse it.
  public init(_ duration: Duration) {
    self.init()
    seconds = duration.components.seconds
    nanos = Int32(duration.components.attoseconds / 1_000_000_000)
  }
}

extension Duration {
  /// What a duration can say, by its description: some 10,000 years either way.
  private static let allowed: ClosedRange<Int64> = -315_576_000_000...315_576_000_000

  /// The nearest span that the message may say; what peers send may be far longer.
  public init(_ message: some DurationMessage) {
    let seconds = min(max(message.seconds, Self.allowed.lowerBound), Self.allowed.upperBound)
    self = .seconds(seconds) + .nanoseconds(Int64(message.nanos))
  }

  /// The span that the message says; `nil` when it is out of range or its parts have two signs.
  public init?(checking message: some DurationMessage) {
    let (seconds, nanos) = (message.seconds, message.nanos)
    guard Self.allowed.contains(seconds), (-999_999_999...999_999_999).contains(nanos),
      seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0)
    else { return nil }
    self.init(message)
  }
}

extension TimestampMessage {
  /// The moment so long after 1970-01-01T00:00:00Z, or before it; parts of a nanosecond are cut off. One
  /// beyond the years 1 to 9999 is written as it is, and whoever reads it may refuse it.
  public init(sinceEpoch duration: Duration) {
    self.init()
    let (whole, attoseconds) = duration.components
    let isBefore = attoseconds < 0
    seconds = isBefore ? whole - 1 : whole
    nanos = Int32((attoseconds + (isBefore ? 1_000_000_000_000_000_000 : 0)) / 1_000_000_000)
  }

  /// How long after 1970-01-01T00:00:00Z it is, negative before: of the nearest moment in the years 1 to
  /// 9999, as what peers send may lie far beyond.
  public var sinceEpoch: Duration {
    let seconds = min(max(seconds, Self.calendar.lowerBound), Self.calendar.upperBound)
    return .seconds(seconds) + .nanoseconds(Int64(min(max(nanos, 0), 999_999_999)))
  }

  /// Whether it is a moment of the years 1 to 9999, the only ones that may be said.
  public var isValid: Bool {
    Self.calendar.contains(seconds) && (0..<1_000_000_000).contains(nanos)
  }

  private static var calendar: ClosedRange<Int64> { -62_135_596_800...253_402_300_799 }
}
