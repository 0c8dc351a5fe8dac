package import Buffers

/// Counts what a bot sends against the vendor's rules for media.
package struct ChunkRules: Sendable, Equatable {
  package private(set) var chunks = 0
  package private(set) var tooShort = 0
  package private(set) var tooLong = 0
  package private(set) var ragged = 0
  package private(set) var withoutCounters = 0
  package private(set) var unreadable = 0
  package private(set) var unknownEvents = 0
  /// Chunks that arrived while more than a second was queued: sent faster than real time.
  package private(set) var farAhead = 0
  package private(set) var sizes = Distribution()

  package init() {}

  /// Rules broken so far; far-ahead chunks and missing counters are warnings and not in it.
  package var violations: Int { tooShort + tooLong + ragged + unreadable }

  package mutating func checkMedia(bytes: Int, hasCounters: Bool, queued: Duration) {
    chunks += 1
    sizes.add(bytes)
    if bytes < 3_200 { tooShort += 1 }
    if bytes > 100_000 { tooLong += 1 }
    if bytes % 320 != 0 { ragged += 1 }
    if !hasCounters { withoutCounters += 1 }
    if queued > .seconds(1) { farAhead += 1 }
  }

  package mutating func countUnreadable() { unreadable += 1 }
  package mutating func countUnknownEvent() { unknownEvents += 1 }

  package mutating func add(_ other: ChunkRules) {
    chunks += other.chunks
    tooShort += other.tooShort
    tooLong += other.tooLong
    ragged += other.ragged
    withoutCounters += other.withoutCounters
    unreadable += other.unreadable
    unknownEvents += other.unknownEvents
    farAhead += other.farAhead
    sizes.add(contentsOf: other.sizes)
  }

  package var json: JSONValue {
    [
      "violations": .int(violations), "chunks": .int(chunks), "too_short": .int(tooShort),
      "too_long": .int(tooLong), "not_multiple_of_320": .int(ragged),
      "without_counters": .int(withoutCounters), "unreadable": .int(unreadable),
      "unknown_events": .int(unknownEvents), "far_ahead": .int(farAhead), "chunk_bytes": sizes.json,
    ]
  }
}
