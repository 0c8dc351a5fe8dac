internal import EventLoop
import Testing

@Suite struct ExecutorTests {
  @Test func `work from another thread runs on the loop in order`() async throws {
    let loop = EventLoop.start(name: "order")
    let journal = Journal<Int>()
    for number in 0..<1000 { loop.execute { journal.note(loop.isCurrent ? number : -1) } }
    await loop.stop()
    #expect(journal.items == Array(0..<1000))
  }

  @Test func `a task with the loop as preference runs on it`() async throws {
    let (isCurrent, name) = try await withLoop { ($0.isCurrent, EventLoop.current?.name) }
    #expect(isCurrent)
    #expect(name == "test")
  }

  @Test func `other threads are on no loop`() async throws {
    let loop = EventLoop.start(name: "elsewhere")
    #expect(!loop.isCurrent)
    #expect(EventLoop.current == nil)
    await loop.stop()
  }

  @Test func `an actor runs on its loop whoever calls it`() async throws {
    let loop = EventLoop.start(name: "actor")
    let resident = Resident(loop)
    #expect(await resident.isOnLoop)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<100 { group.addTask { await resident.increment() } }
    }
    #expect(await resident.count == 100)
    await loop.stop()
  }

  @Test func `a callback enters an actor by assumeIsolated`() async throws {
    let count = try await withLoop { loop in
      let resident = Resident(loop)
      let entered = Promise<Void>()
      loop.schedule(after: .zero) {
        resident.assumeIsolated { $0.increment() }
        entered.fulfil(())
      }
      await entered.value
      return await resident.count
    }
    #expect(count == 1)
  }

  @Test func `a task that keeps yielding does not starve timers`() async throws {
    try await withLoop { loop in
      let fired = Journal<Bool>()
      loop.schedule(after: .milliseconds(1)) { fired.note(true) }
      while fired.items.isEmpty { await Task.yield() }
    }
  }

  @Test func `two loops call each other`() async throws {
    let other = EventLoop.start(name: "other")
    let resident = Resident(other)
    let onLoop = try await withLoop { loop in
      for _ in 0..<1000 { await resident.increment() }
      return loop.isCurrent
    }
    #expect(onLoop)
    #expect(await resident.count == 1000)
    await other.stop()
  }

  @Test func `a group hands out its loops in turn`() async throws {
    let group = EventLoopGroup(count: 2)
    #expect(group.next() === group.loops[0])
    #expect(group.next() === group.loops[1])
    #expect(group.next() === group.loops[0])
    await group.stop()
  }
}

@Suite struct BeforeSleepTests {
  /// Notes its calls; the loop is the only caller.
  private final class Hook: BeforeSleepHook {
    let journal: Journal<String>
    let onCall: () -> Void
    init(_ journal: Journal<String>, onCall: @escaping () -> Void = {}) {
      self.journal = journal
      self.onCall = onCall
    }
    func loopWillSleep() {
      journal.note("hook")
      onCall()
    }
  }

  @Test func `a hook runs once, after the jobs of its iteration`() async throws {
    let journal = Journal<String>()
    try await withLoop { loop in
      loop.beforeSleep(Hook(journal))
      loop.execute { journal.note("job") }
      try await loop.sleep(for: .milliseconds(3))
      try await loop.sleep(for: .milliseconds(3))
    }
    #expect(journal.items == ["job", "hook"])
  }

  @Test func `jobs a hook makes run before the loop waits`() async throws {
    let journal = Journal<String>()
    try await withLoop { loop in
      let ran = Promise<Void>()
      loop.beforeSleep(
        Hook(journal) {
          loop.execute {
            journal.note("job")
            ran.fulfil(())
          }
        })
      await ran.value
    }
    #expect(journal.items == ["hook", "job"])
  }
}

@Suite struct StopTests {
  @Test func `stop may be called again and concurrently`() async throws {
    let loop = EventLoop.start(name: "stop")
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 { group.addTask { await loop.stop() } }
    }
    await loop.stop()
  }

  @Test func `a task on the loop may stop it`() async throws {
    let loop = EventLoop.start(name: "self-stop")
    let task = Task(executorPreference: loop) {
      await loop.stop()
      return true
    }
    #expect(await task.value)
  }

  @Test func `an actor of a stopped loop still answers`() async throws {
    let loop = EventLoop.start(name: "late")
    let resident = Resident(loop)
    await loop.stop()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<50 { group.addTask { await resident.increment() } }
    }
    #expect(await resident.count == 50)
  }

  @Test func `new handles are refused after a stop`() async throws {
    let loop = EventLoop.start(name: "refused")
    await loop.stop()
    let task = Task(executorPreference: loop) {
      try await TCPStream.connect(on: loop, to: "127.0.0.1", port: 1, timeout: .seconds(1)).close()
    }
    let error = await #expect(throws: EventLoopError.self) { try await task.value }
    #expect(error?.kind == .loopStopped)
  }

  @Test func `a loop that is stopped and dropped is freed`() async throws {
    weak var gone: EventLoop?
    do {
      let loop = EventLoop.start(name: "freed")
      gone = loop
      loop.execute { loop.schedule(after: .seconds(60)) { _ = loop } }
      await loop.stop()
    }
    // The thread lets go of the loop just after it has said that it is done.
    for _ in 0..<10_000 where gone != nil { await Task.yield() }
    #expect(gone == nil)
  }
}
