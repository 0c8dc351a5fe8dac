import Protobuf
import Schema
import TestSchema
import Testing

/// Not an assertion: says what a unary call's codec costs, when `PAYAID_SPEED` is set.
@Suite(.enabled(if: Speed.isWanted)) struct SpeedTests {
  @Test func `the bench payload decodes and encodes`() throws {
    let payload = Speed.payload
    let bytes = try payload.serializedBytes()
    let clock = ContinuousClock()
    var best = Duration.seconds(1)
    for _ in 0..<200 {
      let time = try clock.measure {
        for _ in 0..<Speed.rounds {
          let message = try Bench.V1.Payload(serializedBytes: bytes)
          _ = try message.serializedBytes()
        }
      }
      best = min(best, time / Speed.rounds)
    }
    print("payload of \(bytes.count) bytes: \(best) to decode and encode")
  }
}
