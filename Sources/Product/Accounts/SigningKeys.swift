internal import Buffers
internal import Domain

/// The keys that sign access tokens: a new one each week, of which two are good at a time.
///
/// A token names its key by `kid`. Signing moves to a new key five minutes late, so that a process
/// whose clock is a little behind knows it already; a key stays good for a week after its last use,
/// longer than any token lives.
package struct SigningKeys: Sendable {
  private static let period: Int64 = 7 * 86_400
  private static let hesitation = Duration.seconds(300)

  private let derive: @Sendable (_ generation: Int64) -> [UInt8]

  /// Keys of 32 bytes, derived from a master key by their number.
  package init(derive: @escaping @Sendable (_ generation: Int64) -> [UInt8]) {
    self.derive = derive
  }

  /// The key to sign with.
  func signing(at now: Moment) -> (id: String, key: [UInt8]) {
    let generation = Self.generation(at: now - Self.hesitation)
    return (Self.name(generation), derive(generation))
  }

  /// The key called `id`, nil when it is not good now.
  func verifying(_ id: String, at now: Moment) -> [UInt8]? {
    let current = Self.generation(at: now)
    return [current, current - 1].first { Self.name($0) == id }.map(derive)
  }

  private static func generation(at moment: Moment) -> Int64 {
    moment.seconds.flooredQuotient(by: period)
  }

  private static func name(_ generation: Int64) -> String { "w\(generation)" }
}
