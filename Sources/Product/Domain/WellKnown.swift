internal import Buffers
internal import Protobuf
package import Schema

extension Moment {
  /// As `google.protobuf.Timestamp`.
  package var timestamp: Google.Protobuf.Timestamp {
    Google.Protobuf.Timestamp(sinceEpoch: .microseconds(microseconds))
  }

  /// The nearest moment that a timestamp can say; what peers send may lie far beyond.
  package init(_ timestamp: Google.Protobuf.Timestamp) {
    let (seconds, attoseconds) = timestamp.sinceEpoch.components
    self.init(
      microseconds: seconds * 1_000_000 + attoseconds.flooredQuotient(by: 1_000_000_000_000))
  }

  /// The moment that `timestamp` says; `nil` when it is none of the years 1 to 9999.
  package init?(checking timestamp: Google.Protobuf.Timestamp) {
    guard timestamp.isValid else { return nil }
    self.init(timestamp)
  }
}

extension Duration {
  /// As `google.protobuf.Duration`.
  package var protobuf: Google.Protobuf.Duration { Google.Protobuf.Duration(self) }
}
