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

  package init(_ timestamp: Google.Protobuf.Timestamp) {
    self.init(microseconds: timestamp.seconds * 1_000_000 + Int64(timestamp.nanos / 1_000))
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

  package init(_ duration: Google.Protobuf.Duration) {
    self = .seconds(duration.seconds) + .nanoseconds(Int64(duration.nanos))
  }
}
