import Buffers
import Testing
import Voices

@testable import Simulation

@Suite struct PlayoutQueueTests {
  @Test func `audio is played at real time and silence after it`() {
    var queue = PlayoutQueue(sampleRate: 8_000, now: .zero)
    queue.append([Int16](repeating: 9, count: 1_200))
    #expect(queue.play(until: .milliseconds(100)) == [Int16](repeating: 9, count: 800))
    let next = queue.play(until: .milliseconds(200))
    #expect(next.count == 800)
    #expect(next.filter { $0 == 9 }.count == 400)
  }

  @Test func `odd moments lose no samples`() {
    var queue = PlayoutQueue(sampleRate: 8_000, now: .zero)
    var total = 0
    for step in 1...1_000 { total += queue.play(until: .microseconds(step * 333)).count }
    #expect(total == Duration.microseconds(333_000).samples(rate: 8_000))
  }

  @Test func `a mark waits for what was queued before it`() {
    var queue = PlayoutQueue(sampleRate: 8_000, now: .zero)
    queue.append([Int16](repeating: 1, count: 800))
    queue.mark("end")
    #expect(queue.timeToNextMark == .milliseconds(100))
    _ = queue.play(until: .milliseconds(99))
    #expect(queue.takeReachedMarks().isEmpty)
    _ = queue.play(until: .milliseconds(100))
    #expect(queue.takeReachedMarks() == ["end"])
  }

  @Test func `clear drops audio and marks`() {
    var queue = PlayoutQueue(sampleRate: 8_000, now: .zero)
    queue.append([Int16](repeating: 1, count: 8_000))
    queue.mark("gone")
    #expect(queue.clear() == ["gone"])
    #expect(queue.isEmpty)
    #expect(queue.play(until: .seconds(1)).allSatisfy { $0 == 0 })
    queue.mark("now")
    #expect(queue.takeReachedMarks() == ["now"])
  }
}

@Suite struct StreamMachineTests {
  static let sid = "stream-1"

  static func machine(
    _ lines: [String], _ change: (inout CallScript) -> Void = { _ in }
  ) throws -> StreamMachine {
    var script = CallScript()
    script.lines = lines.map { CallScript.Line($0) }
    change(&script)
    let clips = try lines.map { try speech($0, rate: 8_000) }
    return StreamMachine(
      streamSid: sid, record: try CallRecordTests.record(), script: script, clips: clips,
      echoesClearedMarks: false, now: .zero)
  }

  static func events(_ actions: [StreamMachine.Action]) throws -> [JSONValue] {
    try actions.compactMap { action in
      guard case .send(let bytes) = action else { return nil }
      return try JSONValue(parsing: bytes)
    }
  }

  static func media(_ samples: [Int16]) -> [UInt8] {
    let payload = Base64.encode(PCM.bytes(of: samples))
    let message: JSONValue = [
      "event": "media", "stream_sid": .string(sid), "media": ["payload": .string(payload)],
    ]
    return message.serialized()
  }

  @Test func `a stream opens with connected and start`() throws {
    var machine = try Self.machine([])
    let events = try Self.events(machine.open())
    #expect(events.map { $0["event"] } == ["connected", "start"])
    #expect(events[1]["sequence_number"] == "1")
    #expect(events[1]["start"]?["media_format"]?["sample_rate"] == "8000")
    #expect(events[1]["start"]?["custom_parameters"]?["k"] == "v")
  }

  @Test func `every tick sends 100 ms with string counters`() throws {
    var machine = try Self.machine([])
    _ = machine.open()
    let beats = (1...3).map { machine.tick(at: .milliseconds($0 * 100)) }
    let events = try Self.events(beats.flatMap(\.actions))
    #expect(events.map { $0["media"]?["timestamp"] } == ["0", "100", "200"])
    #expect(events.map { $0["media"]?["chunk"] } == ["1", "2", "3"])
    #expect(Base64.decode(events[0]["media"]?["payload"]?.stringValue ?? "")?.count == 1_600)
  }

  @Test func `latency runs from the end of the caller's line to the bot's first sound`() throws {
    var machine = try Self.machine(["Hello, where is my order?"]) { $0.lines[0].patience = .zero }
    _ = machine.open()
    let spoken = try speech("Hello, where is my order?", rate: 8_000).milliseconds
    let answer = try speech("It is on its way.", rate: 8_000, role: .agent).samples
    var now = Duration.zero
    let answerAt = Duration.milliseconds(spoken + 700)
    var isAnswered = false
    while now < .seconds(8) {
      now += .milliseconds(100)
      if !isAnswered, now >= answerAt {
        isAnswered = true
        for start in stride(from: 0, to: answer.count, by: 1_600) {
          let chunk = Array(answer[start..<min(start + 1_600, answer.count)])
          _ = machine.receive(
            Self.media(chunk + [Int16](repeating: 0, count: 1_600 - chunk.count)), at: now)
        }
      }
      _ = machine.tick(at: now)
    }
    let arrival = try #require(machine.report.arrival.percentile(0.5))
    #expect((600...850).contains(arrival))
    #expect((machine.report.audible.percentile(0.5) ?? 0) >= arrival)
    #expect(machine.report.rules.violations == 0)
  }

  @Test(arguments: [(3_200, 0), (3_199, 2), (3_201, 1), (2_880, 1), (100_160, 1), (100_001, 2)])
  func `chunks against the rules are counted`(bytes: Int, violations: Int) {
    var rules = ChunkRules()
    rules.checkMedia(bytes: bytes, hasCounters: true, queued: .zero)
    #expect(rules.violations == violations)
  }

  @Test func `garbage, a foreign stream and unknown events do no harm`() throws {
    var machine = try Self.machine([])
    for text in ["{", "{\"event\":\"media\",\"stream_sid\":\"other\"}", "[]"] {
      #expect(machine.receive(Array(text.utf8), at: .zero).isEmpty)
    }
    _ = machine.receive(Array("{\"event\":\"dance\",\"stream_sid\":\"stream-1\"}".utf8), at: .zero)
    #expect(machine.report.rules.unreadable == 3)
    #expect(machine.report.rules.unknownEvents == 1)
  }

  @Test func `a caller who hangs up sends stop and closes`() throws {
    var machine = try Self.machine([]) { $0.hangUpAfter = .milliseconds(200) }
    _ = machine.tick(at: .milliseconds(100))
    let actions = machine.tick(at: .milliseconds(200)).actions
    #expect(try Self.events(actions).last?["stop"]?["reason"] == "callended")
    #expect(actions.last == .close)
    #expect(machine.tick(at: .milliseconds(300)).actions.isEmpty)
  }

  @Test func `an injected drop says nothing before it breaks off`() throws {
    var machine = try Self.machine([]) { $0.dropAfter = .milliseconds(200) }
    _ = machine.tick(at: .milliseconds(100))
    #expect(machine.tick(at: .milliseconds(200)).actions == [.breakOff])
  }

  @Test func `keys are pressed after the words of their line`() throws {
    var machine = try Self.machine(["Hello."]) {
      $0.lines[0].patience = .zero
      $0.lines[0].digits = "42#"
    }
    var keys: [String] = []
    for tick in 1...20 {
      let events = try Self.events(machine.tick(at: .milliseconds(tick * 100)).actions)
      keys += events.compactMap { $0["dtmf"]?["digit"]?.stringValue }
    }
    #expect(keys == ["4", "2", "#"])
  }

  @Test func `a mark on an empty queue comes back at once`() throws {
    var machine = try Self.machine([])
    let mark = Array(
      "{\"event\":\"mark\",\"stream_sid\":\"stream-1\",\"mark\":{\"name\":\"m\"}}".utf8)
    #expect(machine.receive(mark, at: .zero) == [.wake(after: .zero)])
    let echoed = try Self.events(machine.settleMarks(at: .milliseconds(1)))
    #expect(echoed.first?["mark"]?["name"] == "m")
  }
}
