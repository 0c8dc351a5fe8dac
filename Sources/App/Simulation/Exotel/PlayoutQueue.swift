/// The carrier's buffer of bot audio: played at exactly real time, with marks between samples.
///
/// Times are on the caller's clock and never go back. Underruns play silence.
package struct PlayoutQueue: Sendable {
  private struct Mark {
    let name: String
    /// Position in the stream of all samples ever queued.
    let position: Int
  }

  private let sampleRate: Int
  private var samples: [Int16] = []
  private var head = 0
  private var marks: [Mark] = []
  private var queuedTotal = 0
  private var playedTotal = 0
  private var clock: Duration
  /// Part of a sample period that the last `play` left over.
  private var remainder: Duration = .zero

  /// Play-out starts at `now` and runs until the stream ends.
  package init(sampleRate: Int, now: Duration) {
    self.sampleRate = sampleRate
    clock = now
  }

  /// Audio not yet played.
  package var queued: Duration { .samples(samples.count - head, rate: sampleRate) }
  package var isEmpty: Bool { head == samples.count }

  package mutating func append(_ audio: [Int16]) {
    samples.append(contentsOf: audio)
    queuedTotal += audio.count
  }

  package mutating func mark(_ name: String) {
    marks.append(Mark(name: name, position: queuedTotal))
  }

  /// Drops audio not yet played and every mark; answers with the names of those marks.
  package mutating func clear() -> [String] {
    samples.removeAll(keepingCapacity: true)
    head = 0
    playedTotal = queuedTotal
    defer { marks = [] }
    return marks.map(\.name)
  }

  /// Plays up to `now`: what was in the caller's ear since the last call, silence included.
  package mutating func play(until now: Duration) -> [Int16] {
    let time = now - clock + remainder
    guard time > .zero else { return [] }
    let count = time.samples(rate: sampleRate)
    remainder = time - .samples(count, rate: sampleRate)
    clock = now
    let real = min(count, samples.count - head)
    var heard = Array(samples[head..<(head + real)])
    head += real
    playedTotal += real
    compact()
    heard.append(contentsOf: repeatElement(0, count: count - real))
    return heard
  }

  /// Marks whose audio has been played; each is answered once.
  package mutating func takeReachedMarks() -> [String] {
    let reached = marks.prefix { $0.position <= playedTotal }
    marks.removeFirst(reached.count)
    return reached.map(\.name)
  }

  /// When the first waiting mark is reached if nothing is cleared, from now; nil without marks.
  package var timeToNextMark: Duration? {
    marks.first.map { .samples(max(0, $0.position - playedTotal), rate: sampleRate) }
  }

  private mutating func compact() {
    if head == samples.count {
      samples.removeAll(keepingCapacity: true)
      head = 0
    } else if head > 65_536 {
      samples.removeFirst(head)
      head = 0
    }
  }
}
