import Testing

@testable import Simulation

@Suite struct CallerMachineTests {
  /// Drives a caller against an agent that is audible in `speech` (seconds); each line takes one
  /// second. Answers with the second at which each thing was done.
  static func run(
    _ script: CallScript, agent speech: [ClosedRange<Double>], until end: Double = 60
  ) -> [String] {
    var machine = CallerMachine(script: script, answeredAt: .zero)
    var log: [String] = []
    var lineEnds: Int?
    for tick in 0...Int(end * 10) {
      let now = Double(tick) / 10
      let time = Duration.milliseconds(tick * 100)
      if let ends = lineEnds, tick >= ends {
        machine.lineEnded(at: time)
        lineEnds = nil
      }
      let isHeard = speech.contains { $0.contains(now) }
      switch machine.advance(at: time, agentSpeaks: isHeard) {
      case .nothing: break
      case .speak(let line):
        log.append("\(line)@\(now)")
        lineEnds = tick + 10
      case .hangUp:
        return log + ["bye@\(now)"]
      }
    }
    return log
  }

  static func script(_ lines: Int, _ change: (inout CallScript) -> Void = { _ in }) -> CallScript {
    var script = CallScript()
    script.lines = (0..<lines).map { CallScript.Line("line \($0)") }
    change(&script)
    return script
  }

  @Test func `lines follow the agent's pauses and the caller hangs up after the last answer`() {
    let log = Self.run(Self.script(2), agent: [0.5...2.0, 5.0...6.0, 9.0...10.0])
    #expect(log == ["0@2.8", "1@6.8", "bye@11.3"])
  }

  @Test func `an agent who never speaks is asked after eight seconds`() {
    #expect(Self.run(Self.script(1), agent: [], until: 9) == ["0@8.0"])
  }

  @Test func `a barge-in does not wait for silence`() {
    let script = Self.script(2) { $0.lines[1].bargeIn = .milliseconds(800) }
    let log = Self.run(script, agent: [0.5...1.0, 3.0...9.0], until: 9)
    #expect(log == ["0@1.8", "1@3.8"])
  }

  @Test func `a caller who leaves it to the agent gives up after fifteen seconds`() {
    let script = Self.script(1) { $0.ending = .agent }
    #expect(Self.run(script, agent: [0.0...1.0, 3.0...4.0]) == ["0@1.8", "bye@17.8"])
  }

  @Test func `a caller who has nothing to say leaves it to the agent for as long as that takes`() {
    let script = Self.script(0) { $0.ending = .agent }
    #expect(Self.run(script, agent: [0.0...1.0], until: 30).isEmpty)
  }
}
