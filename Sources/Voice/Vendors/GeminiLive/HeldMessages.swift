/// Messages waiting for a connection: speech is kept for a few seconds, the oldest dropped first;
/// texts and tool answers are kept always (there are few).
struct HeldMessages {
  private struct Entry {
    let bytes: [UInt8]
    /// Zero for what must not be lost.
    let speech: Duration
  }
  static let limit = Duration.seconds(4)
  private var entries: [Entry] = []
  private var held: Duration = .zero

  mutating func add(_ bytes: [UInt8], speech: Duration = .zero) {
    entries.append(Entry(bytes: bytes, speech: speech))
    held += speech
    while held > Self.limit, let oldest = entries.firstIndex(where: { $0.speech > .zero }) {
      held -= entries.remove(at: oldest).speech
    }
  }

  mutating func takeAll() -> [[UInt8]] {
    defer { self = HeldMessages() }
    return entries.map(\.bytes)
  }

  /// Takes the speech; the rest is dropped.
  mutating func takeSpeech() -> [[UInt8]] {
    entries.removeAll { $0.speech == .zero }
    return takeAll()
  }
}
