/// Decides when queued audio is handed to a peer that plays it in real time; pure.
///
/// Time is a `Duration` since any origin the caller keeps. Audio leaves in chunks of exactly
/// `chunkSamples`; the remainder of a flushed piece is padded with silence. The pacer keeps at most
/// `lead` (plus one chunk) unplayed at the peer, so that an interruption finds little to throw away.
package struct Pacer: Sendable {
  package enum Item: Sendable, Equatable {
    /// One chunk; its last `padding` samples are added silence.
    case audio(PCMFrame, padding: Int)
    /// Follows the audio queued before it.
    case mark(String)
  }

  package let rate: SampleRate
  package let chunkSamples: Int
  package let lead: Duration
  /// A remainder nobody adds to is sent, padded, after this long, once the peer has run dry.
  package let stall: Duration
  /// More queued audio than this is refused.
  package let limit: Duration

  private var queue: [Int16] = []
  private var head = 0
  private var marks: [(position: Int, name: String)] = []
  private var flushes: [Int] = []
  private var appended = 0
  private var sent = 0
  private var peerEmptyAt: Duration = .zero
  private var lastAppend: Duration = .zero

  /// The default chunk is 3,200 bytes: the least Exotel plays without artefacts, 200 ms at 8 kHz.
  package init(
    rate: SampleRate, chunkSamples: Int = 1_600, lead: Duration = .milliseconds(120),
    stall: Duration = .milliseconds(150), limit: Duration = .seconds(300)
  ) {
    self.rate = rate
    self.chunkSamples = chunkSamples
    self.lead = lead
    self.stall = stall
    self.limit = limit
  }

  /// Samples not yet handed over.
  package var queuedSamples: Int { queue.count - head }

  /// When the peer will have played all it was given.
  package var peerPlaysUntil: Duration { peerEmptyAt }

  /// Queues samples; false when the queue would exceed `limit`, and then nothing is queued.
  @discardableResult
  package mutating func append(_ samples: [Int16], at now: Duration) -> Bool {
    guard rate.duration(samples: queuedSamples + samples.count) <= limit else { return false }
    queue.append(contentsOf: samples)
    appended += samples.count
    lastAppend = now
    return true
  }

  /// Marks the end of a piece: its last chunk need not be full.
  package mutating func flush() {
    if flushes.last != appended, appended > sent { flushes.append(appended) }
  }

  /// Queues a mark behind the audio queued so far; it leaves after the chunk that ends that audio.
  package mutating func mark(_ name: String) { marks.append((appended, name)) }

  /// Drops all that is queued and counts the peer as empty; answers how many samples were dropped.
  package mutating func clear(at now: Duration) -> Int {
    let dropped = queuedSamples
    queue.removeAll(keepingCapacity: true)
    head = 0
    marks.removeAll()
    flushes.removeAll()
    sent = appended
    peerEmptyAt = min(peerEmptyAt, now)
    return dropped
  }

  /// What is to be sent now, in order.
  package mutating func due(at now: Duration) -> [Item] {
    var items: [Item] = []
    takeMarks(into: &items)
    while peerEmptyAt - now <= lead, let count = nextChunk(at: now) {
      items.append(.audio(takeChunk(count), padding: chunkSamples - count))
      peerEmptyAt = max(peerEmptyAt, now) + rate.duration(samples: chunkSamples)
      takeMarks(into: &items)
    }
    return items
  }

  /// When `due` will next answer something, if nothing is queued meanwhile; nil when never.
  package func nextDue(at now: Duration) -> Duration? {
    if let mark = marks.first, mark.position <= sent { return now }
    guard queuedSamples > 0 else { return nil }
    let paced = max(now, peerEmptyAt - lead)
    return isChunkReady ? paced : max(paced, peerEmptyAt, lastAppend + stall)
  }

  private var isChunkReady: Bool { queuedSamples >= chunkSamples || !flushes.isEmpty }

  /// How many samples of the queue the next chunk takes; nil when none is ready.
  private func nextChunk(at now: Duration) -> Int? {
    let boundary = flushes.first.map { $0 - sent }
    let count = min(queuedSamples, boundary ?? .max, chunkSamples)
    if count == 0 { return nil }
    if count == chunkSamples || boundary == count { return count }
    return now >= max(peerEmptyAt, lastAppend + stall) ? count : nil
  }

  private mutating func takeChunk(_ count: Int) -> PCMFrame {
    var samples = Array(queue[head..<head + count])
    samples.append(contentsOf: repeatElement(0, count: chunkSamples - count))
    head += count
    sent += count
    if flushes.first.map({ $0 <= sent }) == true { flushes.removeFirst() }
    if head == queue.count || head > 65_536 {
      queue.removeFirst(head)
      head = 0
    }
    return PCMFrame(samples: samples, rate: rate)
  }

  private mutating func takeMarks(into items: inout [Item]) {
    while let mark = marks.first, mark.position <= sent {
      items.append(.mark(mark.name))
      marks.removeFirst()
    }
  }
}
