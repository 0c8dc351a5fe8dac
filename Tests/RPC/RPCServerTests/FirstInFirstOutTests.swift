import Testing

@testable import RPCServer

@Suite struct FirstInFirstOutTests {
  @Test(arguments: [1, 2, 63, 64, 65, 500])
  func `elements come out as they went in, however many wait`(waiting: Int) {
    var queue = FirstInFirstOut<Int>()
    for number in 0..<waiting { queue.append(number) }
    for number in 0..<2_000 {
      queue.append(waiting + number)
      #expect(queue.popFirst() == number)
    }
    for number in 0..<waiting { #expect(queue.popFirst() == 2_000 + number) }
    #expect(queue.isEmpty && queue.popFirst() == nil)
  }

  @Test func `a queue that never runs empty does not grow`() {
    var queue = FirstInFirstOut<Int>()
    queue.append(0)
    for number in 1...100_000 {
      queue.append(number)
      _ = queue.popFirst()
    }
    let places = Mirror(reflecting: queue).children.first?.value as? [Int?]
    #expect((places?.count ?? .max) <= 130)
  }

  @Test func `what was taken is let go of at once`() {
    final class Thing {}
    var queue = FirstInFirstOut<Thing>()
    weak var seen: Thing?
    do {
      let thing = Thing()
      seen = thing
      queue.append(thing)
      queue.append(Thing())
    }
    _ = queue.popFirst()
    #expect(seen == nil && !queue.isEmpty)
  }
}
