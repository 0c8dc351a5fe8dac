/// The frames of a call's requests, kept until no other attempt can need them.
///
/// Most calls have one message, which costs no array here.
struct ReplayBuffer {
  private var first: [UInt8]?
  private var rest: [[UInt8]] = []
  /// Bytes of all frames together.
  private(set) var bytes = 0

  /// How many frames there are.
  var count: Int { first == nil ? 0 : rest.count + 1 }

  subscript(index: Int) -> [UInt8] { index == 0 ? first ?? [] : rest[index - 1] }

  mutating func append(_ frame: [UInt8]) {
    bytes += frame.count
    if first == nil { first = frame } else { rest.append(frame) }
  }

  mutating func removeAll() { self = ReplayBuffer() }
}
