internal import Buffers
import Testing

@Suite struct Base64Tests {
  static let vectors: [(String, String)] = [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ]

  @Test(arguments: vectors) func `the RFC's vectors hold`(plain: String, coded: String) {
    #expect(Base64.encode(Array(plain.utf8)) == coded)
    #expect(Base64.decode(coded) == Array(plain.utf8))
    let bare = coded.filter { $0 != "=" }
    #expect(Base64.encode(Array(plain.utf8), padded: false) == bare)
    #expect(Base64.decode(bare) == Array(plain.utf8))
  }

  @Test func `every length and byte survives both alphabets`() {
    for length in 0..<300 {
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ length) }
      for variant in [Base64.Variant.standard, .urlSafe] {
        for padded in [true, false] {
          let text = Base64.encode(bytes, variant: variant, padded: padded)
          #expect(text.utf8.count == Base64.encodedLength(length, padded: padded))
          #expect(Base64.decode(text) == bytes)
        }
      }
    }
    #expect(Base64.encode([0xFB, 0xFF], variant: .urlSafe) == "-_8=")
    #expect(Base64.encode([0xFB, 0xFF]) == "+/8=")
  }

  @Test(arguments: [
    "A", "AAAAA", "A===", "AA=", "=", "====", "AA==AA==", "AA A", "AAA\n", "AB==", "AAB=", "A=AA",
    "AAA=A", "é", "AAAA=", "AAAA==", "AA.=", "AAA*", "*AAA",
  ])
  func `anything else is refused`(text: String) {
    #expect(Base64.decode(text) == nil)
  }
}

@Suite struct HexTests {
  @Test func `bytes survive`() {
    let bytes = (0...255).map { UInt8($0) }
    #expect(Hex.decode(Hex.encode(bytes)) == bytes)
    #expect(Hex.encode([0x0A, 0xFF]) == "0aff")
    #expect(Hex.decode("0AfF") == [0x0A, 0xFF])
  }

  @Test(arguments: ["a", "0g", "é", " 0", "+1"]) func `other text is refused`(text: String) {
    #expect(Hex.decode(text) == nil)
  }
}

@Suite struct ByteQueueTests {
  @Test(arguments: [1, 5_000, 39_999]) func `a long array is shared until something follows it`(
    taken: Int
  ) {
    let long = (0..<40_000).map { UInt8(truncatingIfNeeded: $0) }
    var queue = ByteQueue()
    queue.append(contentsOf: [9, 9])
    queue.consume(2)
    queue.append(sharing: long)
    queue.consume(taken)
    let lent = queue.withUnsafeBytes { $0.baseAddress }
    #expect(lent == long.withUnsafeBytes { $0.baseAddress! + taken })
    queue.append(sharing: [7, 8])
    #expect(queue.withUnsafeBytes { Array($0) } == long[taken...] + [7, 8])
    queue.consume(queue.count)
    queue.append(contentsOf: [1])
    #expect(queue.withUnsafeBytes { Array($0) } == [1])
  }

  @Test func `bytes leave in the order they came`() {
    var queue = ByteQueue()
    var model: [UInt8] = []
    var random = SystemRandomNumberGenerator()
    for round in 0..<2000 {
      let more = (0..<Int.random(in: 0...50, using: &random)).map {
        UInt8(truncatingIfNeeded: round + $0)
      }
      if round.isMultiple(of: 2) {
        queue.append(contentsOf: more)
      } else {
        more.withUnsafeBytes { queue.append($0) }
      }
      model += more
      let n = Int.random(in: 0...model.count, using: &random)
      queue.consume(n)
      model.removeFirst(n)
      let (count, isEmpty) = (queue.count, queue.isEmpty)
      #expect(count == model.count)
      #expect(isEmpty == model.isEmpty)
      let waiting = queue.withUnsafeBytes { Array($0) }
      #expect(waiting == model)
    }
    queue.removeAll()
    let isEmpty = queue.isEmpty
    #expect(isEmpty)
  }
}
