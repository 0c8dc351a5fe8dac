import Testing

@testable import GRPC

@Suite struct TimeoutTests {
  @Test(arguments: [
    ("1S", 1_000_000_000), ("0n", 0), ("100m", 100_000_000), ("7u", 7_000), ("2M", 120_000_000_000),
    ("1H", 3_600_000_000_000), ("99999999n", 99_999_999), ("99999999H", Int64.max),
  ])
  func `digits and a unit are a timeout`(text: String, nanoseconds: Int64) {
    #expect(bytes(text) { Timeout.parse($0) } == nanoseconds)
  }

  @Test(arguments: ["", "S", "1", "1s", "-1S", "+1S", "123456789S", "1 S", "1SS", "1.5S", "0x1S"])
  func `anything else is refused`(text: String) {
    #expect(bytes(text) { Timeout.parse($0) } == nil)
  }

  @Test(arguments: [
    (Duration.zero, "0n"), (.seconds(-1), "0n"), (.nanoseconds(1), "1n"),
    (.nanoseconds(99_999_999), "99999999n"), (.nanoseconds(100_000_000), "100000u"),
    (.nanoseconds(100_000_001), "100001u"), (.seconds(100), "100000m"),
    (.seconds(99_999_998) + .nanoseconds(1), "99999999S"), (.seconds(1_000_000_000), "277778H"),
  ])
  func `the wire value never ends earlier than the duration`(duration: Duration, text: String) {
    #expect(Timeout.format(duration) == text)
  }
}

/// Lends the bytes of a text.
func bytes<R>(_ text: String, _ body: (UnsafeRawBufferPointer) -> R) -> R {
  Array(text.utf8).withUnsafeBytes { body($0) }
}
