import Testing

@testable import Passwords

@Suite struct PasswordHasherTests {
  private let cheap = Argon2id.Parameters(memoryKiB: 64, passes: 1, lanes: 1)

  @Test func `slots are given in order, the queue ends, and a place given up is free`() {
    var machine = SlotMachine(slots: 1, limit: 2)
    #expect(machine.arrive(1) == .run)
    #expect(machine.arrive(2) == .wait)
    #expect(machine.arrive(3) == .wait)
    #expect(machine.arrive(4) == .refuse)
    #expect([machine.leave(2), machine.leave(2)] == [true, false])
    #expect(machine.arrive(5) == .wait)
    #expect(machine.finish() == 3)
    #expect(machine.finish() == 5)
    #expect(machine.finish() == nil)
    #expect(machine.running == 0)
  }

  @Test func `a password matches its hash only, and nothing matches no hash`() async throws {
    let hasher = PasswordHasher(slots: 2, parameters: cheap)
    let hash = try await hasher.hash("पासवर्ड-१२३४")
    #expect(try await hasher.verify("पासवर्ड-१२३४", against: hash))
    #expect(try await !hasher.verify("पासवर्ड-१२३५", against: hash))
    #expect(try await !hasher.verify("पासवर्ड-१२३४", against: nil))
  }

  @Test func `a crowd is served as far as there is room, the rest is sent away`() async throws {
    let hasher = PasswordHasher(slots: 1, limit: 3, parameters: cheap)
    try await hasher.takeSlot()
    let crowd = (0..<3).map { number in Task { try await hasher.hash("\(number)") } }
    while hasher.waitingCount < 3 { await Task.yield() }
    let refusal = await #expect(throws: PasswordError.self) { _ = try await hasher.hash("late") }
    #expect(refusal?.kind == .overloaded)
    hasher.giveSlot()
    for task in crowd { #expect(try await !task.value.isEmpty) }
    #expect(try await !hasher.hash("later").isEmpty)
  }

  @Test func `a caller who is cancelled while waiting leaves the queue`() async throws {
    let hasher = PasswordHasher(slots: 1, limit: 1, parameters: cheap)
    try await hasher.takeSlot()
    let waiting = Task { try await hasher.hash("b") }
    while hasher.waitingCount < 1 { await Task.yield() }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { _ = try await waiting.value }
    #expect(hasher.waitingCount == 0)
    hasher.giveSlot()
    #expect(try await !hasher.hash("c").isEmpty)
  }
}
