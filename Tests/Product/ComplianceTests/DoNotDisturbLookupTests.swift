internal import Domain
internal import Speech
import Synchronization
import Testing

@testable internal import Compliance

/// What a register answers, and how often it was asked.
private final class ScriptedLookup: NumberLookup {
  private let answers: Mutex<[Result<Bool?, SpeechError>]>
  private let count = Mutex(0)

  init(_ answers: Result<Bool?, SpeechError>...) { self.answers = Mutex(answers) }

  var asked: Int { count.withLock { $0 } }

  func isRegistered(_ number: String) async throws -> Bool? {
    count.withLock { $0 += 1 }
    return try answers.withLock { $0.removeFirst() }.get()
  }
}

@Suite struct DoNotDisturbLookupTests {
  private let number = PhoneNumber("+919000000001")!
  private static let down = SpeechError(.transient, "down")

  @Test(
    arguments: [
      (.success(true), .blocked), (.success(false), .clear), (.success(nil), .unknown),
      (.failure(down), .unknown),
    ] as [(Result<Bool?, SpeechError>, DoNotDisturbStatus)])
  func `what is not known is never clear`(
    answer: Result<Bool?, SpeechError>, status: DoNotDisturbStatus
  ) async {
    #expect(await DoNotDisturbLookup(ScriptedLookup(answer)).status(of: number).status == status)
  }

  @Test func `an answer is good to the end of the day in India`() async {
    // It is noon.
    let clock = TestClock()
    let lookup = ScriptedLookup(.success(false), .success(true))
    let register = DoNotDisturbLookup(lookup, now: { clock.now })
    #expect(await register.status(of: number).status == .clear)
    clock.advance(seconds: 43_199)
    #expect(await register.status(of: number).status == .clear)
    #expect(lookup.asked == 1)
    clock.advance(seconds: 1)
    #expect(await register.status(of: number).status == .blocked)
    #expect(lookup.asked == 2)
  }

  @Test func `what could not be answered is asked again`() async {
    let lookup = ScriptedLookup(.failure(Self.down), .success(nil), .success(false))
    let register = DoNotDisturbLookup(lookup)
    for status in [DoNotDisturbStatus.unknown, .unknown, .clear, .clear] {
      #expect(await register.status(of: number).status == status)
    }
    #expect(lookup.asked == 3)
  }
}
