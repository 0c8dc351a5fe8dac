internal import Synchronization

/// Credentials that expire, kept until ten minutes before they do. Those that stay are found anew each
/// time, which costs nothing and sees a rotation. Any task.
final class CredentialCache: Sendable {
  /// Seconds before the end at which AWS has the next ones ready.
  private static let margin: Int64 = 600

  private let find: @Sendable () async throws -> Credentials
  private let kept = Mutex<Credentials?>(nil)

  init(find: @escaping @Sendable () async throws -> Credentials) { self.find = find }

  /// Credentials that count at `now`, in seconds since 1970. The kept ones also serve in their last
  /// minutes when there are no others to be had.
  func credentials(at now: Int64) async throws -> Credentials {
    let old = kept.withLock { $0 }
    let left = (old?.expiration ?? now) - now
    if let old, left > Self.margin { return old }
    do {
      let found = try await find()
      kept.withLock { $0 = found.expiration == nil ? nil : found }
      return found
    } catch {
      guard let old, left > 0 else { throw error }
      return old
    }
  }

  /// Forgets credentials that AWS no longer takes.
  func drop() { kept.withLock { $0 = nil } }
}
