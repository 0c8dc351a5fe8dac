internal import EventLoop
internal import Redis

/// A store that all processes share, behind a small one of this process's own.
///
/// A look-up that this process cannot answer is one round trip; a Redis that does not answer is as
/// good as none. A drop leaves a mark in the key's place for longer than any fill may take, so a fill
/// of another process that began before it finds its place changed and is not kept.
package final class RedisCache<Value: Sendable>: CacheStore {
  package let near: MemoryCache<Value>
  private let epoch: CacheEpoch
  private let codec: CacheCodec<Value>
  private let lifetime: Duration

  /// An entry larger than this stays out of Redis.
  private static var maxBytes: Int { 1 << 20 }
  private static var markLifetime: Duration { .seconds(30) }

  /// `near` bounds what this process keeps; `lifetime` is for what lies in Redis.
  package init(
    near: MemoryCache<Value>, epoch: CacheEpoch, codec: CacheCodec<Value>, lifetime: Duration
  ) {
    self.near = near
    self.epoch = epoch
    self.codec = codec
    self.lifetime = lifetime
  }

  package func find(_ key: CacheKey) async -> CacheAnswer<Value> {
    guard case .missing(var ticket) = near.look(key) else { return near.look(key) }
    guard epoch.isTrusted else { return .missing(ticket) }
    let command = RedisCommand("MGET", .text(CacheEpoch.key), .text(Self.place(key)))
    guard let pair = try? await epoch.client.run(command).elements, pair.count == 2,
      epoch.isTrusted
    else { return .missing(ticket) }
    guard let now = pair[0].bytes, now.count == FarEntry.epochSize else {
      // Somebody emptied Redis: without an epoch nothing can be kept there.
      epoch.renew()
      return .missing(ticket)
    }
    let there = pair[1].bytes
    if let there, let bytes = FarEntry.value(there, epoch: now),
      let value = try? codec.decode(bytes), near.put(ticket, value)
    {
      return .found(value)
    }
    ticket.far = FillTicket.FarTicket(epoch: now, seen: FarEntry.prefix(there))
    return .missing(ticket)
  }

  package func isCurrent(_ ticket: FillTicket) -> Bool { near.isCurrent(ticket) }

  package func fill(_ ticket: FillTicket, with value: Value) async {
    guard near.put(ticket, value), let far = ticket.far, epoch.isTrusted,
      let bytes = try? codec.encode(value), bytes.count <= Self.maxBytes
    else { return }
    _ = try? await epoch.client.run(
      CacheEpoch.fillScript, keys: [CacheEpoch.key, Self.place(ticket.key)],
      arguments: [
        .bytes(far.epoch), .bytes(far.seen), .bytes(FarEntry.entry(bytes, epoch: far.epoch)),
        .integer(Self.milliseconds(lifetime)),
      ])
  }

  /// The near entry goes twice: while the mark is on its way a reader may still fetch the old entry.
  package func drop(_ key: CacheKey) async {
    near.forget(key)
    let mark = RedisCommand(
      "SET", .text(Self.place(key)), .bytes(FarEntry.mark()), "PX",
      .integer(Self.milliseconds(Self.markLifetime)))
    do { _ = try await epoch.client.run(mark) } catch { epoch.renew() }
    near.forget(key)
  }

  package func dropAll() async {
    epoch.renew()
    near.forgetAll()
  }

  private static func place(_ key: CacheKey) -> String { "payaid:cache:" + key.text }

  private static func milliseconds(_ duration: Duration) -> Int64 {
    max(1, duration.inNanoseconds / 1_000_000)
  }
}
