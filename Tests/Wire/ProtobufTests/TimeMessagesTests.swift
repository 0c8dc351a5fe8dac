import Protobuf
import Schema
import Testing

@Suite struct TimeMessagesTests {
  @Test(
    arguments: [
      (.zero, 0, 0), (.milliseconds(1_500), 1, 500_000_000),
      (.milliseconds(-1_500), -1, -500_000_000),
      (.nanoseconds(-1), 0, -1), (.seconds(Int64.max), .max, 0),
    ] as [(Duration, Int64, Int32)])
  func `a span is seconds and nanoseconds of one sign`(span: Duration, seconds: Int64, nanos: Int32)
  {
    let message = Google.Protobuf.Duration(span)
    #expect((message.seconds, message.nanos) == (seconds, nanos))
    if seconds != .max { #expect(Duration(message) == span && Duration(checking: message) == span) }
  }

  @Test(
    arguments: [
      (.zero, 0, 0), (.milliseconds(1_500), 1, 500_000_000),
      (.milliseconds(-1_500), -2, 500_000_000),
      (.nanoseconds(-1), -1, 999_999_999), (.seconds(-62_135_596_800), -62_135_596_800, 0),
    ] as [(Duration, Int64, Int32)])
  func `a moment is seconds and nanoseconds behind them`(
    since: Duration, seconds: Int64, nanos: Int32
  ) {
    let message = Google.Protobuf.Timestamp(sinceEpoch: since)
    #expect((message.seconds, message.nanos) == (seconds, nanos))
    #expect(message.isValid && message.sinceEpoch == since)
  }

  @Test(arguments: [(Int64.max, Int32.max), (.min, .min), (0, -1), (0, 1_000_000_000)])
  func `what no clock shows is the nearest moment, and no valid one`(seconds: Int64, nanos: Int32) {
    let message = Google.Protobuf.Timestamp.with {
      $0.seconds = seconds
      $0.nanos = nanos
    }
    #expect(!message.isValid)
    #expect(abs(message.sinceEpoch.components.seconds) <= 253_402_300_799)
  }

  @Test(
    arguments: [
      (.max, 0, 315_576_000_000), (.min, 0, -315_576_000_000), (90, 0, 90),
      (.max, .max, 315_576_000_002),
    ] as [(Int64, Int32, Int64)])
  func `a span beyond what protobuf allows is the longest one, and can be counted`(
    seconds: Int64, nanos: Int32, nearest: Int64
  ) {
    let span = Google.Protobuf.Duration.with {
      $0.seconds = seconds
      $0.nanos = nanos
    }
    #expect(Duration(span).components.seconds == nearest)
  }

  @Test(
    arguments: [
      (0, 999_999_999, true), (-1, -1, true), (315_576_000_000, 0, true), (1, -1, false),
      (-1, 1, false), (0, 1_000_000_000, false), (315_576_000_001, 0, false), (.min, 0, false),
      (0, .min, false),
    ] as [(Int64, Int32, Bool)])
  func `a span is checked against what protobuf allows`(seconds: Int64, nanos: Int32, isOne: Bool) {
    let span = Google.Protobuf.Duration.with {
      $0.seconds = seconds
      $0.nanos = nanos
    }
    #expect((Duration(checking: span) != nil) == isOne)
  }
}
