import Testing

@testable internal import Limits

@Suite struct LimitTableTests {
  private let rate = GCRA(Rate(2, perMinutes: 1))

  private func key(_ name: String, _ what: MethodClass = .read) -> LimitKey {
    LimitKey(what: what, who: .principal(name))
  }

  @Test func `keys and classes have allowances of their own`() {
    let table = LimitTable()
    for key in [key("a"), key("b"), key("a", .write)] {
      #expect((0..<3).map { _ in table.take(1, of: key, rate, now: 0).granted } == [1, 1, 0])
    }
  }

  @Test func `looking takes nothing`() {
    let table = LimitTable()
    for _ in 0..<5 { #expect(table.look(key("a"), rate, now: 0).remaining == 2) }
    #expect(table.take(2, of: key("a"), rate, now: 0).granted == 2)
    #expect(table.look(key("a"), rate, now: 0).isRefused)
    #expect(table.look(key("a"), rate, now: 30_000_000).remaining == 1)
  }

  @Test func `all are full until somebody takes something, and again when that has come back`() {
    let table = LimitTable()
    #expect(table.isFull(now: 0))
    _ = table.look(key("a"), rate, now: 0)
    #expect(table.isFull(now: 0))
    _ = table.take(2, of: key("a"), rate, now: 0)
    _ = table.take(1, of: key("b"), rate, now: 0)
    #expect(!table.isFull(now: 59_999_999))
    #expect(table.isFull(now: 60_000_000))
    table.note(
      Verdict(granted: 0, remaining: 0, untilFull: 5, untilNext: 1), of: key("c"), now: 60_000_000)
    #expect(!table.isFull(now: 60_000_004))
  }

  @Test func `what was said elsewhere counts here`() {
    let table = LimitTable()
    let spent = Verdict(granted: 0, remaining: 0, untilFull: 60_000_000, untilNext: 30_000_000)
    table.note(spent, of: key("a"), now: 7)
    #expect(table.take(1, of: key("a"), rate, now: 7).isRefused)
    #expect(table.take(1, of: key("a"), rate, now: 30_000_007).granted == 1)
  }

  @Test func `a flood of callers is bounded, and those who spent most are remembered`() {
    let table = LimitTable(capacity: 1600)
    _ = table.take(2, of: key("spender"), rate, now: 0)
    for number in 0..<50_000 { _ = table.take(1, of: key("\(number)"), rate, now: 0) }
    #expect(table.count <= 1616)
    #expect(table.take(1, of: key("spender"), rate, now: 0).isRefused)
  }

  @Test func `granted ahead, calls are used up within a second or void`() {
    let leases = LeaseTable()
    let verdict = Verdict(granted: 3, remaining: 10, untilFull: 5_000_000, untilNext: 0)
    let first = leases.keep(verdict, of: key("a"), now: 0)
    #expect((first.granted, first.remaining) == (1, 12))
    let second = leases.take(key("a"), now: 400_000)
    #expect(second == Verdict(granted: 1, remaining: 11, untilFull: 4_600_000, untilNext: 0))
    #expect(leases.take(key("b"), now: 0) == nil)
    #expect(leases.take(key("a"), now: 1_000_000) == nil)
    #expect(leases.take(key("a"), now: 0) == nil)
  }

  @Test(arguments: [("100/min", 1), ("300/min", 1), ("6000/min", 30), ("1000000/s", 5000)])
  func `how much is granted ahead follows the limit`(text: String, size: Int) throws {
    #expect(LeaseTable.size(try #require(Rate(text))) == size)
  }
}
