internal import Buffers
package import Voices

/// One AgentStream connection from the vendor's side, with a caller talking into it.
///
/// States: streaming → over. Pure: the owner calls `tick` every `period` of its clock, passes each
/// message to `receive`, and does what the answers say. Times never go back.
package struct StreamMachine: Sendable {
  /// What the owner does next, in order.
  package enum Action: Sendable, Equatable {
    case send([UInt8])
    /// Closes the socket normally after what was sent.
    case close
    /// Breaks the connection as a failing network does.
    case breakOff
    /// Calls `settleMarks` after this long.
    case wake(after: Duration)
  }

  private static let longestSession: Duration = .seconds(3_600)
  /// A louder chunk has speech in it.
  private static let audibleLevel = 200

  package let streamSid: String
  /// Length of one media message: 100 ms unless a fault switch says otherwise.
  package let period: Duration
  private let script: CallScript
  private let clips: [SpeechClip?]
  private let timeLimit: Duration
  private let echoesClearedMarks: Bool
  private let sampleRate: Int
  private var writer: StreamWriter
  private var queue: PlayoutQueue
  private var caller: CallerMachine
  private var ear: SpeechDetector
  private var noise: NoiseFloor
  private var mouth: ArraySlice<Int16> = []
  private var digits: [Character] = []
  private var turn = TurnClock()
  private let startedAt: Duration
  private var isOver = false
  private var wasAudible = false
  package private(set) var report = StreamReport()

  /// `clips` has the speech of each script line at the stream's rate; nil for a line of keys only.
  package init(
    streamSid: String, record: CallRecord, script: CallScript, clips: [SpeechClip?],
    echoesClearedMarks: Bool = false, period: Duration = .milliseconds(100), now: Duration
  ) {
    self.streamSid = streamSid
    self.period = period
    self.script = script
    self.clips = clips
    self.echoesClearedMarks = echoesClearedMarks
    sampleRate = record.request.sampleRate
    timeLimit = min(record.request.timeLimit ?? Self.longestSession, Self.longestSession)
    writer = StreamWriter(streamSid: streamSid, record: record)
    queue = PlayoutQueue(sampleRate: sampleRate, now: now)
    caller = CallerMachine(script: script, answeredAt: now)
    ear = SpeechDetector(
      sampleRate: sampleRate, start: .milliseconds(40), end: .milliseconds(200), keepsAudio: false)
    noise = NoiseFloor(seed: UInt32(truncatingIfNeeded: streamSid.hashValue))
    startedAt = now
  }

  /// The first two messages.
  package mutating func open() -> [Action] {
    [.send(StreamWriter.connected), .send(writer.start())]
  }

  /// One period of the conversation, heard and spoken.
  package mutating func tick(at now: Duration) -> Beat {
    if isOver { return Beat() }
    var beat = Beat()
    beat.heard = hear(at: now)
    beat.actions = echoMarks()
    if let ending = ending(at: now) {
      beat.actions += ending
      return beat
    }
    if act(at: now) {
      beat.actions += hangUp(reason: "callended")
      return beat
    }
    beat.said = speak(at: now)
    beat.actions.append(.send(writer.media(beat.said)))
    if mouth.isEmpty, !digits.isEmpty {
      beat.actions.append(.send(writer.digit(digits.removeFirst())))
    }
    report.sentMilliseconds += period.milliseconds
    report.impatientLines = caller.impatientLines
    return beat
  }

  /// One message of the bot.
  package mutating func receive(_ text: [UInt8], at now: Duration) -> [Action] {
    guard !isOver else { return [] }
    do throws(SimulationError) {
      return accept(try BotFrame(text, streamSid: streamSid), at: now)
    } catch {
      report.rules.countUnreadable()
      return []
    }
  }

  /// Echoes marks that play-out has reached; the owner calls it when a `wake` is due.
  package mutating func settleMarks(at now: Duration) -> [Action] {
    guard !isOver else { return [] }
    pendingHeard += queue.play(until: now)
    return echoMarks()
  }

  /// The stream is over whatever the reason; nothing more is sent.
  package mutating func end() { isOver = true }

  private var pendingHeard: [Int16] = []
}

extension StreamMachine {
  /// What one period brought.
  package struct Beat: Sendable {
    /// What was in the caller's ear.
    package var heard: [Int16] = []
    /// What the caller's microphone took.
    package var said: [Int16] = []
    package var actions: [Action] = []
  }

  private mutating func accept(_ frame: BotFrame, at now: Duration) -> [Action] {
    switch frame {
    case .media(let payload, let hasCounters):
      acceptMedia(payload, hasCounters, at: now)
      return []
    case .mark(let name):
      report.marks += 1
      queue.mark(name)
      return queue.timeToNextMark.map { [.wake(after: $0)] } ?? []
    case .clear:
      report.clears += 1
      pendingHeard += queue.play(until: now)
      let dropped = queue.clear()
      return echoesClearedMarks ? dropped.map { .send(writer.mark($0)) } : []
    case .unknown:
      report.rules.countUnknownEvent()
      return []
    }
  }

  private mutating func acceptMedia(_ payload: [UInt8], _ hasCounters: Bool, at now: Duration) {
    pendingHeard += queue.play(until: now)
    report.rules.checkMedia(bytes: payload.count, hasCounters: hasCounters, queued: queue.queued)
    let samples = PCM.samples(of: payload)
    let isAudible = PCM.level(samples) > Self.audibleLevel
    if isAudible {
      if report.greetingMilliseconds == nil {
        report.greetingMilliseconds = (now - startedAt).milliseconds
      }
      if let wait = turn.audioArrived(at: now) { report.arrival.add(wait.milliseconds) }
      if queue.isEmpty, wasAudible { report.underruns += 1 }
    }
    queue.append(samples)
  }

  private mutating func hear(at now: Duration) -> [Int16] {
    let heard = pendingHeard + queue.play(until: now)
    pendingHeard = []
    report.heardMilliseconds += heard.count * 1_000 / sampleRate
    wasAudible = PCM.level(heard) > Self.audibleLevel
    if wasAudible {
      report.heardSpeechMilliseconds += heard.count * 1_000 / sampleRate
      if let wait = turn.audioHeard(at: now) { report.audible.add(wait.milliseconds) }
    }
    _ = ear.consume(heard)
    if let hush = turn.checkHush(isAgentAudible: ear.isSpeaking, at: now) {
      report.hush.add(hush.milliseconds)
    }
    return heard
  }

  private mutating func echoMarks() -> [Action] {
    var actions = queue.takeReachedMarks().map { Action.send(writer.mark($0)) }
    if !actions.isEmpty, let next = queue.timeToNextMark { actions.append(.wake(after: next)) }
    return actions
  }

  private mutating func ending(at now: Duration) -> [Action]? {
    let age = now - startedAt
    if let dropAfter = script.dropAfter, age >= dropAfter {
      isOver = true
      return [.breakOff]
    }
    if age >= timeLimit { return hangUp(reason: "stopped") }
    if let hangUpAfter = script.hangUpAfter, age >= hangUpAfter {
      return hangUp(reason: "callended")
    }
    return nil
  }

  private mutating func hangUp(reason: String) -> [Action] {
    isOver = true
    return [.send(writer.stop(reason: reason)), .close]
  }

  /// Lets the caller decide; true when the caller hangs up.
  private mutating func act(at now: Duration) -> Bool {
    if !mouth.isEmpty || !digits.isEmpty { return false }
    if caller.isSpeaking { caller.lineEnded(at: now) }
    switch caller.advance(at: now, agentSpeaks: ear.isSpeaking) {
    case .nothing: return false
    case .hangUp: return true
    case .speak(let index):
      mouth = clips[index]?.samples[...] ?? []
      digits = Array(script.lines[index].digits)
      report.linesSpoken += 1
      turn.lineStarted(at: now, isAgentAudible: ear.isSpeaking)
      return false
    }
  }

  /// The microphone's next period, which ends at `now` on the vendor's clock.
  private mutating func speak(at now: Duration) -> [Int16] {
    let count = period.samples(rate: sampleRate)
    var samples = noise.samples(count)
    let spoken = min(count, mouth.count)
    for index in 0..<spoken {
      samples[index] =
        samples[index].addingReportingOverflow(mouth[mouth.startIndex + index]).partialValue
    }
    mouth = mouth.dropFirst(spoken)
    if spoken > 0, mouth.isEmpty {
      turn.lineEnded(at: now - .samples(count - spoken, rate: sampleRate))
    }
    return samples
  }
}
