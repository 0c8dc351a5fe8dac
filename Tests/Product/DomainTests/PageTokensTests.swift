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

  @Test(arguments: [1, 2, 3, 7, 50] as [Int32])
  func `pages follow one another to the end, without a gap`(size: Int32) async throws {
    let all = Array(1...7)
    var (seen, token): ([Int], String) = ([], "")
    repeat {
      let page = try await tokens.page(size, token, of: ["a"], cursor: { (n: Int) in "\(n)" }) {
        cursor, limit in
        #expect(limit == Int(size) + 1)
        let last = cursor.flatMap { Int($0) } ?? 0
        return Array(all.filter { $0 > last }.prefix(limit))
      }
      #expect(page.entries.count <= Int(size))
      seen += page.entries
      token = page.next
    } while !token.isEmpty
    #expect(seen == all)
  }

  @Test(arguments: [(0, 50), (1, 1), (50, 50), (51, 50), (Int32.max, 50)])
  func `a page has at most fifty`(asked: Int32, size: Int) throws {
    #expect(try PageSize.checked(asked) == size)
  }

  @Test func `a negative page size is refused`() {
    #expect(throws: RPCError.self) { try PageSize.checked(-1) }
  }
}
