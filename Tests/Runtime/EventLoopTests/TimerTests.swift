import Testing

@testable internal import EventLoop

@Suite struct TimerTests {
  @Test func `timers fire in the order of their deadlines`() async throws {
    let journal = Journal<Int>()
    try await withLoop { loop in
      let done = Promise<Void>()
      for delay in [5, 1, 3, 4, 2] {
        loop.schedule(after: .milliseconds(delay)) {
          journal.note(delay)
          if delay == 5 { done.fulfil(()) }
        }
      }
      await done.value
    }
    #expect(journal.items == [1, 2, 3, 4, 5])
  }

  @Test func `a timer never fires before its deadline`() async throws {
    let early = try await withLoop { loop in
      let start = LoopInstant.readClock()
      try await loop.sleep(for: .microseconds(2500))
      return LoopInstant.readClock() < start.advanced(by: .microseconds(2500))
    }
    #expect(!early)
  }

  @Test func `a cancelled timer does not fire`() async throws {
    let journal = Journal<Int>()
    try await withLoop { loop in
      let timer = loop.schedule(after: .milliseconds(1)) { journal.note(1) }
      timer.cancel()
      timer.cancel()
      #expect(!timer.isPending)
      try await loop.sleep(for: .milliseconds(3))
    }
    #expect(journal.items == [])
  }

  @Test func `a sleep ends at once when its task is cancelled`() async throws {
    let loop = EventLoop.start(name: "sleep")
    let task = Task { try await loop.sleep(for: .seconds(3600)) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    let inside = Task(executorPreference: loop) { try await loop.sleep(for: .seconds(3600)) }
    loop.execute { inside.cancel() }
    await #expect(throws: CancellationError.self) { try await inside.value }
    await loop.stop()
  }

  @Test func `a stopping loop ends its sleeps with an error`() async throws {
    let loop = EventLoop.start(name: "sleep")
    let asleep = Promise<Void>()
    let task = Task(executorPreference: loop) {
      loop.execute { asleep.fulfil(()) }
      try await loop.sleep(for: .seconds(3600))
    }
    await asleep.value
    await loop.stop()
    let error = await #expect(throws: EventLoopError.self) { try await task.value }
    #expect(error?.kind == .loopStopped)
  }

  @Test func `a duration too long for the clock never comes`() {
    let far = LoopInstant(nanoseconds: 10).advanced(by: .seconds(Int64.max))
    #expect(far.nanoseconds == .max)
    #expect(Duration.milliseconds(-3).inNanoseconds == -3_000_000)
  }

  @Test(arguments: [1, 7, 100, 1000])
  func `the heap pops what was not removed, in order`(count: Int) async throws {
    try await withLoop { loop in
      var random = SplitMix(state: UInt64(count))
      var heap = TimerHeap()
      let timers = (0..<count).map { _ in
        LoopTimer(
          deadline: LoopInstant(nanoseconds: Int64(random.next() % 50)), core: loop.core, body: {})
      }
      for timer in timers { heap.insert(timer) }
      for timer in timers where random.next() % 3 == 0 { heap.remove(timer) }
      let expected = timers.filter(\.isPending).map(\.deadline).sorted()
      var popped: [LoopInstant] = []
      while let timer = heap.popDue(LoopInstant(nanoseconds: .max)) {
        popped.append(timer.deadline)
      }
      #expect(popped == expected)
      #expect(heap.earliest == nil)
    }
  }
}

/// A generator with the same numbers every time.
struct SplitMix {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
