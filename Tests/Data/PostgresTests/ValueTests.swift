import Testing

@testable internal import Postgres

@Suite struct ValueTests {
  private func read<Value: PostgresDecodable>(
    _ text: String, as type: Value.Type
  ) throws -> Value {
    try Value(postgresText: Array(text.utf8)[...])
  }

  @Test(arguments: [
    ("1970-01-01 00:00:00+00", 0), ("2026-11-23 06:39:24.5+00", 1_795_415_964_500_000),
    ("2026-11-23 12:09:24.5+05:30", 1_795_415_964_500_000),
    ("1969-12-31 23:59:59.999999+00", -1), ("2000-02-29 00:00:00+00", 951_782_400_000_000),
  ])
  func `a timestamp is read to the microsecond`(text: String, microseconds: Int64) throws {
    #expect(try read(text, as: PostgresTimestamp.self).microseconds == microseconds)
  }

  @Test(arguments: ["", "infinity", "2026-13-01 00:00:00+00", "2026-11-23", "2026-11-23 06:39"])
  func `what is no timestamp is refused`(text: String) {
    #expect(throws: PostgresError.self) { try read(text, as: PostgresTimestamp.self) }
  }

  @Test(arguments: [0, -1, 951_782_400_000_000, 1_795_415_964_500_000, -62_135_596_800_000_000])
  func `a timestamp written is read back`(microseconds: Int64) throws {
    let value = PostgresTimestamp(microseconds: microseconds)
    #expect(try read(value.description, as: PostgresTimestamp.self) == value)
  }

  @Test(arguments: [
    ("{}", []), ("{a,b}", ["a", "b"]), (#"{"a,b","c\"d","e\\f",""}"#, ["a,b", "c\"d", "e\\f", ""]),
  ])
  func `a text array is read`(text: String, elements: [String]) throws {
    #expect(try read(text, as: [String].self) == elements)
  }

  @Test(arguments: ["", "{", "{a", "{a}b", "{NULL}", "{{a}}", "{\"a}", "{,}"])
  func `a broken array literal is refused`(text: String) {
    #expect(throws: PostgresError.self) { try read(text, as: [String].self) }
  }

  @Test(arguments: [("\\x", []), ("\\x00ff10", [0, 255, 16])])
  func `bytes are read from hexadecimal`(text: String, bytes: [UInt8]) throws {
    #expect(try read(text, as: [UInt8].self) == bytes)
  }

  @Test func `a value of another type is refused without being quoted`() {
    let error = #expect(throws: PostgresError.self) { try read("9876543210x", as: Int.self) }
    #expect(error?.message == "value cannot be read as Int")
  }
}
