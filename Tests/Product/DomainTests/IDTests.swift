import Domain
import Testing

@Suite struct IDTests {
  @Test func `an id has its prefix, 26 characters, and reads back`() throws {
    let id = CallID()
    #expect(id.text.hasPrefix("call_"))
    #expect(id.text.count == 31)
    #expect(CallID(id.text) == id)
  }

  @Test func `later ids compare greater`() {
    let first = AgentID(milliseconds: 1_000)
    let second = AgentID(milliseconds: 1_001)
    #expect(first < second)
  }

  @Test(arguments: [
    Moment(microseconds: .min), Moment(seconds: 0), Moment(seconds: 1_795_372_200),
    Moment(microseconds: .max),
  ])
  func `what was made about a moment is between its bounds`(moment: Moment) {
    let milliseconds = min(max(0, moment.milliseconds), 1 << 48 - 1)
    let made = CallID(milliseconds: milliseconds)
    #expect(CallID(CallID.lowest(from: moment).text) != nil)
    #expect(CallID(CallID.highest(before: moment).text) != nil)
    guard moment == Moment(seconds: 1_795_372_200) else { return }
    #expect(CallID.lowest(from: moment) < made && made < CallID.highest(before: moment))
    #expect(CallID(milliseconds: milliseconds - 60_001) < CallID.lowest(from: moment))
    #expect(CallID(milliseconds: milliseconds + 60_001) > CallID.highest(before: moment))
  }

  @Test func `ids of one millisecond differ`() {
    #expect(Set((0..<1_000).map { _ in AgentID(milliseconds: 1).text }).count == 1_000)
  }

  @Test(arguments: [
    "", "agt_", "call_01", "agt_01JDABCDEFGHJKMNPQRSTVWXYZ",
    "call_01JDABCDEFGHJKMNPQRSTVWXYI", "call_01jdabcdefghjkmnpqrstvwxyz",
    "call_01JDABCDEFGHJKMNPQRSTVWXYZZ", "call_\u{0}1JDABCDEFGHJKMNPQRSTVWXYZ",
  ])
  func `another text is no call's id`(text: String) {
    #expect(CallID(text) == nil)
  }
}
