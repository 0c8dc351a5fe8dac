import Domain
import Protobuf
import Schema
import Testing

@Suite struct MomentTests {
  private func timestamp(_ seconds: Int64, _ nanos: Int32 = 0) -> Google.Protobuf.Timestamp {
    .with {
      $0.seconds = seconds
      $0.nanos = nanos
    }
  }

  @Test(
    arguments: [
      (.max, 253_402_300_799), (.min, -62_135_596_800), (253_402_300_799, 253_402_300_799),
      (1, 1), (-62_135_596_801, -62_135_596_800),
    ] as [(Int64, Int64)])
  func `a timestamp beyond the calendar is the nearest moment in it`(
    seconds: Int64, nearest: Int64
  ) {
    #expect(Moment(timestamp(seconds)) == Moment(seconds: nearest))
    #expect(Moment(timestamp(seconds, .min)) == Moment(seconds: nearest))
    #expect(Moment(timestamp(seconds, .max)) == Moment(seconds: nearest) + .microseconds(999_999))
  }

  @Test(
    arguments: [
      (0, 999_999_999, true), (-62_135_596_800, 0, true), (253_402_300_799, 0, true),
      (253_402_300_800, 0, false), (-62_135_596_801, 0, false), (0, -1, false),
      (0, 1_000_000_000, false), (.max, .max, false), (.min, .min, false),
    ] as [(Int64, Int32, Bool)])
  func `a timestamp is checked against the calendar`(seconds: Int64, nanos: Int32, isOne: Bool) {
    #expect((Moment(checking: timestamp(seconds, nanos)) != nil) == isOne)
  }
}
