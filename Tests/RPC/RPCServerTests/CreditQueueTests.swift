import Testing

@testable import RPCServer

@Suite struct CreditQueueTests {
  @Test func `one stream is served until its message is whole, then the next in order`() {
    var queue = CreditQueue()
    #expect(queue.isIdle)
    #expect(queue.ask(1, 100) == 100)
    #expect(queue.ask(5, 10) == 0)
    #expect(queue.ask(3, 20) == 0)
    #expect(queue.ask(5, 30) == 0)
    #expect(queue.ask(1, 7) == 7)
    #expect(queue.finished(7) == nil)
    #expect(queue.finished(1)! == (5, 40))
    #expect(queue.ask(1, 8) == 0)
    #expect(queue.ask(5, 1) == 1)
    #expect(queue.finished(5)! == (3, 20))
    #expect(queue.finished(3)! == (1, 8))
    #expect(queue.finished(1) == nil)
    #expect(queue.isIdle)
  }

  @Test func `a message that becomes whole while it waits needs no turn`() {
    var queue = CreditQueue()
    for id in [1, 3, 5] as [Int32] { _ = queue.ask(id, Int(id) * 10) }
    #expect(queue.finished(3)! == (3, 30))
    #expect(queue.finished(1)! == (5, 50))
    #expect(queue.finished(5) == nil)
    #expect(queue.isIdle)
  }

  @Test func `a stream that is gone waits no longer and passes its turn on`() {
    var queue = CreditQueue()
    _ = queue.ask(1, 100)
    _ = queue.ask(3, 10)
    _ = queue.ask(5, 20)
    #expect(queue.forget(3) == nil)
    #expect(queue.forget(1)! == (5, 20))
    #expect(queue.forget(5) == nil)
    #expect(queue.isIdle)
  }

  @Test func `who does not send loses its turn in time`() {
    var queue = CreditQueue()
    _ = queue.ask(1, 100)
    _ = queue.ask(3, 10)
    #expect(queue.next()! == (3, 10))
    #expect(queue.ask(1, 5) == 0)
    #expect(queue.ask(3, 5) == 5)
    #expect(queue.next()! == (1, 5))
  }

  @Test func `all that waits goes back when memory is there again`() {
    var queue = CreditQueue()
    for id in [1, 3, 5] as [Int32] { _ = queue.ask(id, Int(id) * 10) }
    #expect(queue.takeAll().map(\.count) == [30, 50])
    #expect(queue.isIdle && queue.takeAll().isEmpty)
  }
}
