import Testing

@testable internal import Postgres

@Suite struct QueryTests {
  @Test func `interpolated values become binds in order`() {
    let query: Query = "SELECT \(1), \("x"), \(nil as String?), \([UInt8(7)]) FROM t"
    #expect(query.sql == "SELECT $1, $2, $3, $4 FROM t")
    #expect(query.binds == [.text("1"), .text("x"), .null, .bytes([7])])
  }

  @Test func `a spliced query is renumbered behind the binds before it`() {
    let filter: Query = "a = \(2) AND b = \(3)"
    let query: Query = "SELECT \(1) WHERE \(filter) LIMIT \(4)"
    #expect(query.sql == "SELECT $1 WHERE a = $2 AND b = $3 LIMIT $4")
    #expect(query.binds == ["1", "2", "3", "4"].map(Bind.text))
  }

  @Test func `raw text enters only by its unsafe name`() {
    let table = "agents"
    #expect(("SELECT * FROM \(unsafeSQL: table)" as Query).sql == "SELECT * FROM agents")
    #expect(("SELECT * FROM \(table)" as Query).sql == "SELECT * FROM $1")
  }

  @Test func `a NUL inside a text cannot be sent`() {
    let error = #expect(throws: PostgresError.self) { try PackedParameters([.text("a\0b")]) }
    #expect(error?.kind == .invalidParameter)
    #expect(error?.message == "parameter 1 contains a NUL character")
  }

  @Test func `a quoted name cannot end its quotes`() {
    #expect(SQLName.quoted("a\"; DROP TABLE x") == "\"a\"\"; DROP TABLE x\"")
  }
}

@Suite struct PostgresErrorTests {
  @Test(arguments: [
    (
      "22P02", "invalid input syntax for type uuid: \"9876543210\"",
      "invalid input syntax for type uuid: \"…\""
    ),
    ("22003", "value \"a\"b\" is out of range", "value \"…\" is out of range"),
    ("22P02", "invalid byte", "invalid byte"),
    (
      "23505", "duplicate key value violates unique constraint \"users_email\"",
      "duplicate key value violates unique constraint \"users_email\""
    ),
  ])
  func `a message keeps names and loses values`(state: String, text: String, expected: String) {
    #expect(PostgresError.withoutValues(text, SQLState(state)) == expected)
  }

  @Test(arguments: [
    ("40001", true), ("40P01", true), ("53300", true), ("57P01", true), ("08006", true),
    ("55P03", true), ("57014", true), ("25006", true), ("23505", false), ("42P01", false),
  ])
  func `only states that may pass by themselves are transient`(state: String, transient: Bool) {
    #expect(PostgresError(.server, "", sqlState: SQLState(state)).isTransient == transient)
  }
}
