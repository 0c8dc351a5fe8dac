internal import Postgres
import Testing
internal import VoiceAPI

@testable internal import Calls

@Suite struct CallStateTests {
  @Test func `the database knows the same moves`() throws {
    let sql = try #require(CallsMigrations.all.first).sql
    for from in CallState.allCases {
      for to in CallState.allCases {
        #expect(
          sql.contains("('\(from.rawValue)', '\(to.rawValue)')") == from.next.contains(to),
          "\(from) to \(to)")
      }
    }
  }

  @Test func `six states are final, and all are reached from the first`() {
    #expect(CallState.allCases.filter(\.isTerminal).count == 6)
    var reached: Set<CallState> = [.queued]
    while true {
      let more = reached.union(reached.flatMap(\.next))
      if more == reached { break }
      reached = more
    }
    #expect(reached == Set(CallState.allCases))
  }

  @Test func `a state and its name in the API are one`() {
    for state in CallState.allCases { #expect(CallState(state.proto) == state) }
    #expect(CallState(.unspecified) == nil)
  }
}
