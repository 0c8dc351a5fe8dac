import TLS
import Testing

@testable import Domain

@Suite struct KeyRingTests {
  /// A ring whose clock is where `second` says, with keys that become active at these seconds.
  private func ring(at second: Int64, _ active: Int64...) -> KeyRing {
    let ring = KeyRing(MasterKey(bytes: Self.bytes(1)), now: { Moment(seconds: second) })
    for (index, time) in active.enumerated() {
      let number = Int64(index) + 2
      ring.add(
        MasterKey(
          number: number, bytes: Self.bytes(UInt8(number)), activeTime: Moment(seconds: time)))
    }
    return ring
  }

  private static func bytes(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 32) }

  @Test(arguments: [(99, 1), (100, 2), (199, 2), (200, 3), (9_999, 3)])
  func `the newest key that is active seals`(second: Int64, number: Int64) {
    #expect(ring(at: second, 100, 200).current == number)
  }

  @Test func `a key that waits is known and opens`() {
    let ring = ring(at: 50, 100)
    #expect(ring.newest == 2 && ring.current == 1)
    #expect(ring.key("p", of: 2) != nil && ring.key("p", of: 3) == nil)
  }

  @Test func `a key that is there is never replaced`() {
    let ring = ring(at: 150, 100)
    let (first, second) = (ring.key("p"), ring.key("p", of: 2))
    ring.add(MasterKey(number: 1, bytes: Self.bytes(9)))
    ring.add(MasterKey(number: 2, bytes: Self.bytes(9)))
    #expect(ring.key("p") == first && ring.key("p", of: 2) == second)
  }

  @Test func `what is the first key's stays the same`() {
    #expect(ring(at: 0).key("audit-signing") == ring(at: 300, 100, 200).key("audit-signing"))
    #expect(
      ring(at: 0).key("recordings")
        == Digest.hmacSHA256(key: Self.bytes(1), Array("payaid-voice:recordings:v1".utf8)))
    #expect(ring(at: 300, 100).keys("p").key(2) != ring(at: 0).key("p"))
  }

  @Test(arguments: [
    (99, 1...1), (100, 1...2), (149, 1...2), (150, 2...2), (160, 2...3), (200, 2...3), (210, 3...3),
  ])
  func `a signature counts for a while after its key`(second: Int64, numbers: ClosedRange<Int64>) {
    let ring = ring(at: 0, 100, 160)
    #expect(ring.trusted(at: Moment(seconds: second), grace: .seconds(50)) == numbers)
  }

  @Test(arguments: [(50, 1...2), (3_699, 1...2), (3_700, 2...2)])
  func `what lives for minutes may be signed by the key before or the next`(
    second: Int64, numbers: ClosedRange<Int64>
  ) throws {
    let ring = ring(at: second, 100)
    let keys = ring.keys("p")
    #expect(keys.verifying == numbers.reversed().map { ring.key("p", of: $0) })
    #expect(keys.signing == ring.key("p", of: second < 100 ? 1 : 2))
    let token = PageTokens(key: ring.key("p")).make(cursor: "c", arguments: [])
    let cursor = try? PageTokens(keys: keys).cursor(in: token, arguments: [])
    #expect(cursor == (numbers.contains(1) ? "c" : nil))
  }

  @Test func `a key does not print`() {
    #expect("\(MasterKey(number: 2, bytes: Self.bytes(65)))" == "master key 2")
  }
}

@Suite struct MarkedCipherTests {
  private static let context: [UInt8] = [1, 2]
  private static let second = [UInt8](repeating: 2, count: 32)
  private let ring = KeyRing(
    MasterKey(bytes: [UInt8](repeating: 1, count: 32)), now: { Moment(seconds: 100) })
  private var cipher: MarkedCipher { MarkedCipher(keys: ring.keys("p")) }

  private func rotate(to number: Int64 = 2) {
    ring.add(MasterKey(number: number, bytes: Self.second, activeTime: Moment(seconds: 1)))
  }

  @Test func `what the first key seals looks as it always did`() throws {
    let sealed = try cipher.seal([7], authenticating: Self.context)
    #expect(try AES256GCM(key: ring.key("p")).open(sealed, authenticating: Self.context) == [7])
    let old = try AES256GCM(key: ring.key("p")).seal([7], authenticating: Self.context)
    #expect(try cipher.open(old, authenticating: Self.context) == [7])
    #expect(try cipher.renew(old, authenticating: Self.context) == nil)
  }

  @Test func `after a rotation old values open and new ones name their key`() throws {
    let old = try cipher.seal([7], authenticating: Self.context)
    rotate()
    let new = try cipher.seal([8], authenticating: Self.context)
    #expect(try cipher.open(old, authenticating: Self.context) == [7])
    #expect(try cipher.open(new, authenticating: Self.context) == [8])
    #expect(new.starts(with: [0x70, 0x76, 0x6B, 1, 0, 0, 0, 2]))
    #expect(new.count == old.count + KeyMark.length)
  }

  @Test func `a value is renewed once`() throws {
    let old = try cipher.seal([7], authenticating: Self.context)
    rotate()
    let new = try #require(try cipher.renew(old, authenticating: Self.context))
    #expect(new.starts(with: KeyMark.bytes(of: 2)))
    #expect(try cipher.open(new, authenticating: Self.context) == [7])
    #expect(try cipher.renew(new, authenticating: Self.context) == nil)
    #expect(throws: TLSError.self) { try cipher.renew(old, authenticating: [9]) }
  }

  @Test func `a mark cannot be taken off or changed`() throws {
    rotate()
    let sealed = try cipher.seal([7], authenticating: Self.context)
    for index in sealed.indices {
      var changed = sealed
      changed[index] ^= 1
      #expect(throws: (any Error).self) { try cipher.open(changed, authenticating: Self.context) }
    }
    #expect(throws: TLSError.self) {
      try cipher.open(Array(sealed.dropFirst(KeyMark.length)), authenticating: Self.context)
    }
  }

  @Test func `a key that is not here is named`() throws {
    rotate(to: 70_000)
    let sealed = try cipher.seal([7], authenticating: Self.context)
    let other = MarkedCipher(keys: PurposeKeys(only: [UInt8](repeating: 1, count: 32)))
    #expect(throws: MissingKey(number: 70_000)) {
      try other.open(sealed, authenticating: Self.context)
    }
  }

  @Test(arguments: [[], [0x70], Array("pvk".utf8) + [1], KeyMark.bytes(of: 2)])
  func `what is too short is not authentic`(sealed: [UInt8]) {
    rotate()
    #expect(throws: TLSError.self) { try cipher.open(sealed, authenticating: Self.context) }
  }

  @Test(arguments: [2, 255, 256, 4_294_967_295])
  func `a mark says its number`(number: Int64) {
    #expect(KeyMark.number(in: KeyMark.bytes(of: number) + [0]) == number)
    #expect(KeyMark.bytes(of: number).count == KeyMark.length)
  }
}

@Suite struct ResealPlanTests {
  private let plan = ResealPlan(names: ["a", "b"])

  @Test func `each kind goes to its end, then all are counted`() {
    #expect(plan.next([:]) == .move("a"))
    #expect(plan.next(["a": .init(lastID: "x")]) == .move("a"))
    #expect(plan.next(["a": .init(isOver: true)]) == .move("b"))
    #expect(plan.next(["b": .init(isOver: true), "a": .init()]) == .move("a"))
    #expect(plan.next(["a": .init(isOver: true), "b": .init(isOver: true)]) == .count)
  }

  @Test func `a kind that is gone holds up nothing`() {
    let over = ResealState(isOver: true)
    let states = ["a": over, "b": over, "gone": ResealState()]
    #expect(plan.next(states) == .count)
    #expect(plan.counted(["gone": 3]) == .finish)
  }

  @Test func `what is left begins again`() {
    #expect(plan.counted(["a": 0, "b": 0]) == .finish)
    #expect(plan.counted(["a": 0, "b": 2]) == .again(["b"]))
  }
}
