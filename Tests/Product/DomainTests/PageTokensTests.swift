import Domain
import RPCCore
import Testing

@Suite struct PageTokensTests {
  private let tokens = PageTokens(key: [UInt8](repeating: 7, count: 32))

  @Test func `a token leads back to its cursor`() throws {
    let token = tokens.make(cursor: "agt_1", arguments: ["mer_1", "hi"])
    #expect(try tokens.cursor(in: token, arguments: ["mer_1", "hi"]) == "agt_1")
  }

  @Test func `no token is the first page`() throws {
    #expect(try tokens.cursor(in: "", arguments: []) == nil)
  }

  @Test func `other arguments, other keys and bent tokens are refused`() {
    let token = tokens.make(cursor: "agt_1", arguments: ["mer_1"])
    let other = PageTokens(key: [UInt8](repeating: 8, count: 32))
    #expect(throws: RPCError.self) { try tokens.cursor(in: token, arguments: ["mer_2"]) }
    #expect(throws: RPCError.self) { try other.cursor(in: token, arguments: ["mer_1"]) }
    for bent in [token + "A", String(token.dropLast()), "!", "AAAA", "mer_1"] {
      #expect(throws: RPCError.self) { try tokens.cursor(in: bent, arguments: ["mer_1"]) }
    }
  }

  @Test(arguments: [(0, 50), (1, 1), (50, 50), (51, 50), (Int32.max, 50)])
  func `a page has at most fifty`(asked: Int32, size: Int) throws {
    #expect(try PageSize.checked(asked) == size)
  }

  @Test func `a negative page size is refused`() {
    #expect(throws: RPCError.self) { try PageSize.checked(-1) }
  }
}
