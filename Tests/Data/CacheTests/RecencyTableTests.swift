import EventLoop
import Testing

@testable internal import Cache

@Suite struct RecencyTableTests {
  private let end = LoopInstant(nanoseconds: 100)
  private let now = LoopInstant(nanoseconds: 10)

  @Test func `the entry unused for longest goes first`() {
    var table = RecencyTable<String, Int>(maxCount: 3, maxCost: 100)
    for (key, value) in [("a", 1), ("b", 2), ("c", 3)] {
      table.insert(key, value, cost: 1, until: end)
    }
    #expect(table.find("a", at: now) == 1)
    table.insert("d", 4, cost: 1, until: end)
    #expect(table.find("b", at: now) == nil)
    #expect([table.find("a", at: now), table.find("c", at: now)] == [1, 3])
    #expect((table.count, table.cost) == (3, 3))
  }

  @Test func `a costly entry makes room for itself, and one beyond all room is not kept`() {
    var table = RecencyTable<String, Int>(maxCount: 10, maxCost: 10)
    for (number, key) in ["a", "b", "c"].enumerated() {
      table.insert(key, number, cost: 3, until: end)
    }
    table.insert("big", 9, cost: 6, until: end)
    #expect([table.find("a", at: now), table.find("b", at: now)] == [nil, nil])
    #expect([table.find("c", at: now), table.find("big", at: now)] == [2, 9])
    table.insert("huge", 9, cost: 11, until: end)
    #expect(table.find("huge", at: now) == nil)
    #expect(table.count == 2)
  }

  @Test func `an entry ends in the moment its time is over`() {
    var table = RecencyTable<String, Int>(maxCount: 3, maxCost: 100)
    table.insert("a", 1, cost: 1, until: end)
    #expect(table.find("a", at: LoopInstant(nanoseconds: 99)) == 1)
    #expect(table.find("a", at: end) == nil)
    #expect((table.count, table.cost) == (0, 0))
  }

  @Test func `it does what a slow model does, whatever is asked of it`() {
    var random = SystemRandomNumberGenerator()
    var table = RecencyTable<Int, Int>(maxCount: 8, maxCost: 20)
    var model: [(key: Int, value: Int, cost: Int)] = []
    for step in 0..<20_000 {
      let key = Int.random(in: 0..<16, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0:
        table.remove(key)
        model.removeAll { $0.key == key }
      case 1:
        let cost = Int.random(in: 0...6, using: &random)
        table.insert(key, step, cost: cost, until: end)
        model.removeAll { $0.key == key }
        while model.count >= 8 || model.reduce(cost, { $0 + $1.cost }) > 20 { model.removeFirst() }
        model.append((key, step, cost))
      default:
        let place = model.firstIndex { $0.key == key }
        #expect(table.find(key, at: now) == place.map { model[$0].value })
        if let place { model.append(model.remove(at: place)) }
      }
      #expect(table.count == model.count)
      #expect(table.cost == model.reduce(0) { $0 + $1.cost })
    }
  }
}
