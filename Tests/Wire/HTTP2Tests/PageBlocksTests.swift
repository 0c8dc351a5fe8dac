import HTTP
import Testing

@testable import HTTP2

@Suite struct PageBlocksTests {
  @Test(arguments: [(4096, true), (16_408, true), (20_480, true), (512, false), (9000, false)])
  func `only blocks that fill their pages nearly are taken from here`(size: Int, isTaken: Bool) {
    let taken = PageBlocks.take(size)
    #expect((taken != nil) == isTaken)
    guard let block = taken?.block else { return }
    #expect(UInt(bitPattern: block) % 4096 == 0)
    #expect(PageBlocks.owns(block, PageBlocks.base))
    #expect(PageBlocks.size(block) >= size)
    PageBlocks.give(back: block)
  }

  @Test func `a block that is said to be zero is, also when it was used before`() {
    // More than are kept with their pages.
    let blocks = (0..<200).compactMap { _ in PageBlocks.take(4096) }
    #expect(blocks.count == 200)
    #expect(Set(blocks.map(\.block)).count == 200)
    for (block, isZero) in blocks {
      if isZero { #expect(bytes(block).allSatisfy { $0 == 0 }) }
      block.initializeMemory(as: UInt8.self, repeating: 7, count: 4096)
    }
    for (block, _) in blocks { PageBlocks.give(back: block) }
    for _ in 0..<200 {
      guard let (block, isZero) = PageBlocks.take(4096) else { continue }
      if isZero { #expect(bytes(block).allSatisfy { $0 == 0 }) }
      PageBlocks.give(back: block)
    }
  }

  @Test func `a connection goes on after its idle memory was given back`() throws {
    let pair = try Pair()
    for round in 0..<3 {
      let id = try pair.request(extra: ["te": "trailers"])
      try pair.exchange()
      try pair.server.session.submitHeaders(id, HTTP2SessionTests.ok)
      try pair.server.session.submitData(id, [UInt8(round)])
      try pair.server.session.submitTrailers(id, HTTP2SessionTests.trailers)
      try pair.exchange()
      #expect(pair.client.take().contains(.data(id, [UInt8(round)], end: false)))
      let buffer = try frameBuffer(pair)
      #expect(!bytes(buffer).prefix(64).allSatisfy { $0 == 0 })
      pair.server.session.releaseIdleMemory()
      pair.client.session.releaseIdleMemory()
      #expect(bytes(buffer).prefix(64).allSatisfy { $0 == 0 })
    }
  }

  @Test func `nothing is given back while frames wait to be sent`() throws {
    let pair = try Pair()
    try pair.exchange()
    let buffer = try frameBuffer(pair)
    pair.server.session.ping(1)
    #expect(pair.server.session.wantsWrite)
    pair.server.session.releaseIdleMemory()
    #expect(!bytes(buffer).prefix(64).allSatisfy { $0 == 0 })
  }

  private func frameBuffer(_ pair: Pair) throws -> UnsafeMutableRawPointer {
    let buffer = pair.server.session.core.pointee.frameBuffer
    return try #require(buffer)
  }

  private func bytes(_ block: UnsafeMutableRawPointer) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: block, count: PageBlocks.size(block))
  }
}
