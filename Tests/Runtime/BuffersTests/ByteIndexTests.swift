internal import Buffers
import Testing

@Suite struct ByteIndexTests {
  private func find(_ text: String, in index: ByteIndex) -> Int? {
    Array(text.utf8).withUnsafeBytes { index.find($0) }
  }

  @Test func `keys are numbered as they come, and a known one keeps its number`() {
    var index = ByteIndex()
    #expect(["/b", "/a", "", "/b", "/c"].map { index.insert(Array($0.utf8)) } == [0, 1, 2, 0, 3])
    #expect(index.keys.map { String(decoding: $0, as: UTF8.self) } == ["/b", "/a", "", "/c"])
    #expect(find("/c", in: index) == 3)
    #expect(find("", in: index) == 2)
  }

  @Test func `only the same bytes find a key`() {
    var index = ByteIndex()
    _ = index.insert(Array("/payaid.voice.v1.AgentService/GetAgent".utf8))
    for other in [
      "", "/", "/payaid.voice.v1.AgentService/GetAgen", "/payaid.voice.v1.AgentService/GetAgents",
      "/payaid.voice.v1.AgentService/getAgent", "\0payaid.voice.v1.AgentService/GetAgent",
    ] {
      #expect(find(other, in: index) == nil)
    }
    #expect(find("", in: ByteIndex()) == nil)
  }

  @Test func `every one of many keys is found, whatever its length`() {
    var index = ByteIndex()
    let keys = (0..<3_000).map { String(repeating: "x", count: $0 % 40) + "\($0)" }
    #expect(keys.map { index.insert(Array($0.utf8)) } == Array(0..<3_000))
    #expect(keys.map { find($0, in: index) } == Array(0..<3_000))
    #expect(keys.allSatisfy { find($0 + "y", in: index) == nil })
  }
}
