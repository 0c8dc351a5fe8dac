import Glibc
import Protobuf
import Schema
import TestSchema

enum Speed {
  static let isWanted = getenv("PAYAID_SPEED") != nil
  /// Calls between two looks at the clock.
  static let rounds = getenv("PAYAID_SPEED").flatMap { Int(String(cString: $0)) } ?? 10_000

  /// What the benchmark of the field sends: one resource of a typical API.
  static let payload = Bench.V1.Payload.with {
    $0.id = "agents/0123456789abcdef"
    $0.n = 123_456_789
    $0.agent = .with {
      $0.name = "projects/p/agents/0123456789"
      $0.displayName = "Customer Support"
      $0.email = "support@example.com"
      $0.phone = "+910000000000"
      $0.locale = "hi-IN"
      $0.timeZone = "Asia/Kolkata"
      $0.team = "collections"
      $0.etag = "W/\"abcdef\""
      $0.state = .ready
      $0.role = .agent
      $0.createTime = .with {
        $0.seconds = 1_790_000_000
        $0.nanos = 5
      }
      $0.skills = ["hindi", "english", "billing"]
    }
  }
}
