internal import Buffers
package import Domain

/// The keys that sign access tokens: a new one each week, of which two are good at a time.
///
/// A token names its key by `kid`. Signing moves to a new key five minutes late, so that a process
/// whose clock is a little behind knows it already; a key stays good for a week after its last use,
/// longer than any token lives. A new master key is such a move, too, but what the one before signed
/// is good as long as a token lives, and no longer.
package struct SigningKeys: Sendable {
  private static let period: Int64 = 7 * 86_400
  private static let hesitation = Duration.seconds(300)

  /// Which key of all that is.
  private struct Name: Equatable {
    let master: Int64
    let generation: Int64

    /// Without the master key where that is the first.
    var text: String {
      "w\(generation)" + (master == MasterKey.firstNumber ? "" : ".\(master)")
    }
  }

  private let ring: KeyRing

  /// Keys of 32 bytes, derived from the master keys by their number.
  package init(_ ring: KeyRing) { self.ring = ring }

  /// The key to sign with.
  func signing(at now: Moment) -> (id: String, key: [UInt8]) {
    let then = now - Self.hesitation
    let name = Name(master: ring.current(at: then), generation: Self.generation(at: then))
    guard let key = key(name) else { preconditionFailure("the key that seals is on the ring") }
    return (name.text, key)
  }

  /// The key called `id`, nil when it is not good now.
  func verifying(_ id: String, at now: Moment) -> [UInt8]? {
    let current = Self.generation(at: now)
    let masters = ring.trusted(at: now, grace: AccessToken.lifetime + Self.hesitation)
    for master in masters {
      for generation in [current, current - 1] {
        let name = Name(master: master, generation: generation)
        if name.text == id { return key(name) }
      }
    }
    return nil
  }

  private func key(_ name: Name) -> [UInt8]? {
    ring.key("access-tokens:\(name.generation)", of: name.master)
  }

  private static func generation(at moment: Moment) -> Int64 {
    moment.seconds.flooredQuotient(by: period)
  }
}
