import Testing

@testable import Speech

@Suite struct FallbackMachineTests {
  private static let error = SpeechError(.transient, "gone")

  private func machine(_ events: RealtimeEvent...) -> FallbackMachine {
    var machine = FallbackMachine(setup: RealtimeSetup(systemInstruction: "x"), at: .zero)
    for event in events { #expect(machine.received(event, at: .seconds(1)) == .deliver) }
    return machine
  }

  @Test func `a model that is not ready in four seconds is left`() {
    var machine = machine()
    #expect(machine.nextDeadline == .seconds(4))
    #expect(machine.tick(at: .milliseconds(3_999)) == nil)
    #expect(machine.tick(at: .seconds(4))?.kind == .transient)
    #expect(machine.nextDeadline == nil && machine.tick(at: .seconds(9)) == nil)
    // Ready for the first time is the second one.
    #expect(machine.received(.ready, at: .seconds(5)) == .deliver)
    #expect(machine.received(.ready, at: .seconds(6)) == .drop)
  }

  @Test func `a model that is ready may be silent for long`() {
    var machine = machine(.ready, .outputTranscript("Hello."))
    #expect(machine.nextDeadline == nil && machine.tick(at: .seconds(100)) == nil)
  }

  @Test func `a model that was lost has four seconds to be there again, however often it dials`() {
    var machine = machine(.ready)
    #expect(machine.received(.disconnected, at: .seconds(20)) == .deliver)
    #expect(machine.received(.disconnected, at: .seconds(22)) == .deliver)
    #expect(machine.nextDeadline == .seconds(24))
    #expect(machine.received(.reconnected(resumed: true), at: .seconds(23)) == .deliver)
    #expect(machine.nextDeadline == nil)
    _ = machine.received(.disconnected, at: .seconds(30))
    #expect(machine.tick(at: .seconds(34))?.kind == .transient)
  }

  @Test func `a model that was left is not left again`() {
    var machine = machine(.ready)
    #expect(machine.received(.closed(Self.error), at: .seconds(2)) == .leave(Self.error))
    #expect(machine.received(.disconnected, at: .seconds(3)) == .deliver)
    #expect(machine.nextDeadline == nil)
    #expect(machine.received(.closed(Self.error), at: .seconds(4)) == .deliver)
  }
}
