package import EventLoop
package import Redis
internal import Synchronization

/// Whether what Redis holds may be believed.
///
/// Entries belong to an epoch, which is a key in Redis too. A new one is set, and all entries thereby
/// forgotten, with each connection (a drop may have been missed, or a snapshot restored) and after a
/// drop that could not be told to Redis; until that has succeeded nothing of Redis's is believed.
package final class CacheEpoch: Sendable {
  /// Where the epoch lies.
  static let key = "payaid:epoch"
  /// Keeps an entry if its place and the epoch are as they were when the fill began.
  static let fillScript = RedisScript(
    name: "cache.fill",
    source: """
      if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
      if redis.call('GETRANGE', KEYS[2], 0, 8) ~= ARGV[2] then return 0 end
      redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4])
      return 1
      """)

  /// What a `RedisClient` for caches must load.
  package static let scripts = [fillScript]
  /// How a `RedisClient` for caches must greet: with a new epoch.
  package static let greeting: @Sendable () -> [RedisCommand] = {
    [RedisCommand("SET", .text(key), .bytes(FarEntry.randomEpoch()))]
  }

  let client: RedisClient
  private let loop: EventLoop
  private let doubts = Mutex(Doubts())

  private struct Doubts {
    var raised = 0
    var isRenewing = false
  }

  /// `loop` runs the renewals.
  package init(client: RedisClient, loop: EventLoop) {
    self.client = client
    self.loop = loop
  }

  /// Whether entries may be read.
  var isTrusted: Bool { doubts.withLock { $0.raised == 0 } }

  /// Believes nothing until a new epoch is set; tries until that succeeds.
  func renew() {
    let starts = doubts.withLock { doubts in
      doubts.raised += 1
      defer { doubts.isRenewing = true }
      return !doubts.isRenewing
    }
    guard starts else { return }
    Task(executorPreference: loop) { await self.renewUntilDone() }
  }

  private func renewUntilDone() async {
    while true {
      let raised = doubts.withLock { $0.raised }
      let command = RedisCommand("SET", .text(Self.key), .bytes(FarEntry.randomEpoch()))
      if (try? await client.run(command)) == .status("OK"), settle(raised) { return }
      do { try await loop.sleep(for: .milliseconds(50)) } catch { return }
    }
  }

  /// True when no doubt came up meanwhile.
  private func settle(_ raised: Int) -> Bool {
    doubts.withLock { doubts in
      guard doubts.raised == raised else { return false }
      doubts = Doubts()
      return true
    }
  }
}
