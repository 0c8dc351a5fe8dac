internal import Synchronization
internal import TLS

/// One master key of this installation: 32 bytes that all other keys come from. Never printed.
package struct MasterKey: Sendable, CustomStringConvertible {
  /// Bytes of a master key.
  package static let length = 32
  /// The number of the first one, which is there for ever.
  package static let firstNumber: Int64 = 1

  package let number: Int64
  let bytes: [UInt8]
  /// From when on it seals what is new; everybody has it by then.
  let activeTime: Moment

  /// Traps on a key of another length.
  package init(
    number: Int64 = firstNumber, bytes: [UInt8], activeTime: Moment = Moment(microseconds: .min)
  ) {
    precondition(bytes.count == Self.length, "a master key has 32 bytes")
    self.number = number
    self.bytes = bytes
    self.activeTime = activeTime
  }

  /// Whether it is this one; takes as long for any other.
  package func has(_ other: [UInt8]) -> Bool { constantTimeEquals(bytes, other) }

  package var description: String { "master key \(number)" }
}

/// The master keys of this installation, in memory. Any thread.
///
/// The newest that is active seals; all stay to open what they sealed, and to sign the audit logs that they
/// signed first. What may never change, as digests, comes from the first one.
package final class KeyRing: Sendable {
  private let others = Mutex<[MasterKey]>([])
  private let first: MasterKey
  private let now: @Sendable () -> Moment

  /// A ring with the first master key on it.
  package init(_ first: MasterKey, now: @escaping @Sendable () -> Moment = { WallClock.now }) {
    self.first = first
    self.now = now
  }

  /// Puts another key on the ring; one that is there already stays.
  package func add(_ key: MasterKey) {
    others.withLock { keys in
      guard key.number > first.number, !keys.contains(where: { $0.number == key.number }) else {
        return
      }
      keys.append(key)
      keys.sort { $0.number < $1.number }
    }
  }

  /// The number of the newest key, active or not.
  package var newest: Int64 { others.withLock { $0.last?.number } ?? first.number }

  /// The number of the key that seals now.
  package var current: Int64 { current(at: now()) }

  /// The number of the key that seals, or sealed, at a moment.
  package func current(at moment: Moment) -> Int64 {
    others.withLock { $0.last { $0.activeTime <= moment }?.number } ?? first.number
  }

  /// The keys whose signatures count: that which seals, and those that did until `grace` ago.
  package func trusted(at moment: Moment, grace: Duration) -> ClosedRange<Int64> {
    let newest = current(at: moment)
    return min(current(at: moment - grace), newest)...newest
  }

  /// The keys that sign now, did within `grace` or are about to, the newest first.
  func recent(within grace: Duration) -> [Int64] {
    let oldest = current(at: now() - grace)
    let all = [first.number] + others.withLock { $0.map(\.number) }
    return all.filter { $0 >= oldest }.reversed()
  }

  /// The first master key's key for a purpose, 32 bytes: the same for ever.
  package func key(_ purpose: String) -> [UInt8] { Self.derive(first, purpose) }

  /// A master key's key for a purpose; nil when that is not on the ring.
  package func key(_ purpose: String, of number: Int64) -> [UInt8]? {
    if number == first.number { return key(purpose) }
    return others.withLock { $0.first { $0.number == number } }.map { Self.derive($0, purpose) }
  }

  /// The keys for a purpose, of all master keys.
  package func keys(_ purpose: String) -> PurposeKeys {
    PurposeKeys(
      current: { self.current }, recent: { self.recent(within: PurposeKeys.grace) },
      find: { self.key(purpose, of: $0) })
  }

  private static func derive(_ key: MasterKey, _ purpose: String) -> [UInt8] {
    Digest.hmacSHA256(key: key.bytes, Array("payaid-voice:\(purpose):v1".utf8))
  }
}

/// The keys for one purpose, by the numbers of the master keys that they come from.
package struct PurposeKeys: Sendable {
  /// How long what lives for minutes, signed by a key before the current one, is still good.
  static let grace = Duration.seconds(3_600)

  private let currentNumber: @Sendable () -> Int64
  private let recentNumbers: @Sendable () -> [Int64]
  private let find: @Sendable (Int64) -> [UInt8]?

  init(
    current: @escaping @Sendable () -> Int64, recent: @escaping @Sendable () -> [Int64],
    find: @escaping @Sendable (Int64) -> [UInt8]?
  ) {
    currentNumber = current
    recentNumbers = recent
    self.find = find
  }

  /// One key, for ever.
  package init(only key: [UInt8]) {
    self.init(
      current: { MasterKey.firstNumber }, recent: { [MasterKey.firstNumber] },
      find: { $0 == MasterKey.firstNumber ? key : nil })
  }

  /// The number of the key that seals now.
  package var current: Int64 { currentNumber() }

  /// What signs now.
  package var signing: [UInt8] {
    guard let key = find(current) else { preconditionFailure("the current key is on the ring") }
    return key
  }

  /// What may have signed something that lives for minutes, the newest first.
  package var verifying: [[UInt8]] { recentNumbers().compactMap(find) }

  /// The key with this number; nil when this process has none.
  package func key(_ number: Int64) -> [UInt8]? { find(number) }

  /// Keys that are made of these, for a part of their purpose.
  func part(_ name: String) -> PurposeKeys {
    PurposeKeys(
      current: currentNumber, recent: recentNumbers,
      find: { [find] in find($0).map { Digest.hmacSHA256(key: $0, Array(name.utf8)) } })
  }
}
