import Testing

@testable internal import Redis

@Suite struct ReplyReaderTests {
  private func read(
    _ bytes: [UInt8], step: Int, limits: ReplyReader.Limits = .init()
  ) throws -> [RedisReply] {
    let reader = try #require(ReplyReader(limits: limits))
    var replies: [RedisReply] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      try rest.prefix(step).withUnsafeBytes { try reader.receive($0) }
      rest = rest.dropFirst(step)
      while let reply = try reader.next() { replies.append(reply) }
    }
    return replies
  }

  static let dialogue =
    "+OK\r\n:-42\r\n$-1\r\n$4\r\na\r\nb\r\n" + "*3\r\n$0\r\n\r\n*1\r\n:7\r\n-ERR no\r\n"
  static let replies: [RedisReply] = [
    .status("OK"), .integer(-42), .null, .bytes([97, 13, 10, 98]),
    .array([.bytes([]), .array([.integer(7)]), .error("ERR no")]),
  ]

  @Test(arguments: [1, 2, 3, 7, 1000])
  func `replies come whole however their bytes are cut`(step: Int) throws {
    #expect(try read(Array(Self.dialogue.utf8), step: step) == Self.replies)
  }

  @Test(arguments: [
    "?\r\n", "hello\r\n", ":x\r\n", "$5000000000000000000000\r\n", "$-2\r\n", "*-7\r\n",
    "*3000000000\r\n", ":99999999999999999999\r\n", "\r\n\r\n", "\0",
    String(repeating: "*1\r\n", count: 40),
  ])
  func `what is no reply is refused`(_ text: String) throws {
    let error = #expect(throws: RedisError.self) { try read(Array(text.utf8), step: 1000) }
    #expect(error?.kind == .badReply)
  }

  @Test(arguments: ["*2147483647\r\n", "*65537\r\n", "*2\r\n*40000\r\n"])
  func `an array's announced length is not believed`(_ text: String) throws {
    let limits = ReplyReader.Limits(elements: 40_000, bytes: 1000)
    let error = #expect(throws: RedisError.self) {
      try read(Array(text.utf8), step: 1000, limits: limits)
    }
    #expect(error?.message.contains("40000 elements") == true)
  }

  @Test func `a string that never ends is cut off`() throws {
    let bytes = Array("$500000000\r\n".utf8) + [UInt8](repeating: 120, count: 5000)
    let error = #expect(throws: RedisError.self) {
      try read(bytes, step: 100, limits: .init(elements: 10, bytes: 1000))
    }
    #expect(error?.kind == .badReply)
  }

  @Test func `random bytes end in replies or a refusal, never in a trap`() throws {
    var random = SystemRandomNumberGenerator()
    let alphabet = Array("+-:$*0123456789\r\nab".utf8)
    var refused = 0
    for _ in 0..<5000 {
      let bytes = (0..<Int.random(in: 1...60, using: &random)).map { _ in
        alphabet.randomElement(using: &random) ?? 0
      }
      do { _ = try read(bytes, step: 9) } catch is RedisError { refused += 1 }
    }
    #expect(refused > 100)
  }

  @Test(arguments: [
    ("WRONGPASS invalid username-password pair", "WRONGPASS"), ("NOSCRIPT No match", "NOSCRIPT"),
    ("unknown command 'secret'", "ERR"), ("", "ERR"),
  ])
  func `only the first word of a refusal is kept`(line: String, code: String) {
    let error = RedisError(line: line)
    #expect(error.kind == .refused(code: code))
    #expect(error.message == "redis refused a command: \(code)")
  }
}
