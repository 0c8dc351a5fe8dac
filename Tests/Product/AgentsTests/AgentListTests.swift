import Testing

@testable import Agents

@Suite struct AgentListTests {
  private typealias Term = AgentFilter.Term

  @Test(
    arguments: [
      ("", []),
      (#"labels.env = "prod""#, [Term(field: .label("env"), comparison: .equal, value: "prod")]),
      ("labels.env=prod", [Term(field: .label("env"), comparison: .equal, value: "prod")]),
      (
        #"state = ACTIVE AND language != "hi""#,
        [
          Term(field: .state, comparison: .equal, value: "active"),
          Term(field: .language, comparison: .notEqual, value: "hi"),
        ]
      ),
      (" labels:a.b ", [Term(field: .label("a.b"), comparison: .has, value: "")]),
      (
        #"name = "Say \"hi\" \\ AND""#,
        [Term(field: .name, comparison: .equal, value: #"Say "hi" \ AND"#)]
      ),
      (
        "phone_number = +918047120001",
        [Term(field: .phoneNumber, comparison: .equal, value: "+918047120001")]
      ),
    ] as [(String, [AgentFilter.Term])])
  func `a filter is read into its terms`(text: String, terms: [AgentFilter.Term]) throws {
    #expect(try AgentFilter(text).terms == terms)
  }

  @Test(arguments: [
    ("nope = 1", 1), ("state", 6), ("state = ", 9), ("state = ACTIVE language = hi", 16),
    ("state = ACTIVE OR language = hi", 16), ("(state = ACTIVE)", 1), (#"name = "open"#, 8),
    ("state > 1", 7), ("labels. = x", 1), ("NOT state = ACTIVE", 1),
    ("state = ACTIVE AND", 19),
  ])
  func `a fault names its column`(text: String, column: Int) {
    let fault = #expect(throws: ListFault.self) { try AgentFilter(text) }
    #expect(fault?.message.hasSuffix("(column \(column))") == true, "\(String(describing: fault))")
  }

  @Test func `terms are counted`() throws {
    let many = (0..<17).map { "labels.a\($0) = x" }.joined(separator: " AND ")
    #expect(throws: ListFault.self) { try AgentFilter(many) }
  }

  @Test(
    arguments: [
      ("", .createTime, true), ("create_time", .createTime, false), ("name desc", .name, true),
      ("updateTime asc", .updateTime, false),
    ] as [(String, AgentOrder.Key, Bool)])
  func `an order is a key and a direction`(
    text: String, key: AgentOrder.Key, isDescending: Bool
  ) throws {
    let order = try AgentOrder(text)
    #expect(order.key == key && order.isDescending == isDescending)
  }

  @Test(arguments: ["voice", "name down", "name, create_time", "name desc desc"])
  func `another order is refused`(text: String) {
    #expect(throws: ListFault.self) { try AgentOrder(text) }
  }

  @Test(arguments: [("", "agt_1"), ("A|B", "agt_2"), ("2026-11-28 10:00:00+00", "agt_3")])
  func `a cursor survives its text`(value: String, id: String) {
    let cursor = AgentList.Cursor(value: value, agentID: id)
    #expect(AgentList.Cursor(cursor.text) == cursor)
  }
}
