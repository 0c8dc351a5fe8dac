internal import Protobuf
package import Schema

extension Moment {
  /// As `google.protobuf.Timestamp`.
  package var timestamp: Google.Protobuf.Timestamp {
    .with {
      $0.seconds = seconds
      $0.nanos = Int32(microseconds - seconds * 1_000_000) * 1_000
    }
  }

  /// What `google.protobuf.Timestamp` can say: the years 1 to 9999.
  private static let seconds: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

  /// The nearest moment that a timestamp can say; what peers send may lie far beyond.
  package init(_ timestamp: Google.Protobuf.Timestamp) {
    let seconds = min(max(timestamp.seconds, Self.seconds.lowerBound), Self.seconds.upperBound)
    let nanos = min(max(timestamp.nanos, 0), 999_999_999)
    self.init(microseconds: seconds * 1_000_000 + Int64(nanos / 1_000))
  }

  /// The moment that `timestamp` says; `nil` when it is none of the years 1 to 9999.
  package init?(checking timestamp: Google.Protobuf.Timestamp) {
    guard Self.seconds.contains(timestamp.seconds),
      (0..<1_000_000_000).contains(timestamp.nanos)
    else { return nil }
    self.init(timestamp)
  }
}

extension Duration {
  /// As `google.protobuf.Duration`.
  package var protobuf: Google.Protobuf.Duration {
    .with {
      $0.seconds = components.seconds
      $0.nanos = Int32(components.attoseconds / 1_000_000_000)
    }
  }

  /// What `google.protobuf.Duration` can say: some 10,000 years either way.
  private static let seconds: ClosedRange<Int64> = -315_576_000_000...315_576_000_000

  /// The nearest span that a `google.protobuf.Duration` may be; what peers send may be far longer.
  package init(_ duration: Google.Protobuf.Duration) {
    let seconds = min(max(duration.seconds, Self.seconds.lowerBound), Self.seconds.upperBound)
    self = .seconds(seconds) + .nanoseconds(Int64(duration.nanos))
  }

  /// The span that `duration` says; `nil` when it is out of range or its parts have two signs.
  package init?(checking duration: Google.Protobuf.Duration) {
    let (seconds, nanos) = (duration.seconds, duration.nanos)
    guard Self.seconds.contains(seconds), (-999_999_999...999_999_999).contains(nanos),
      seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0)
    else { return nil }
    self.init(duration)
  }
}
