internal import Redis

/// The allowances that all processes share, in Redis.
enum SharedLimits {
  /// ``GCRA/take(_:full:now:)`` in Lua, by Redis's own clock. Numbers there are doubles: microseconds
  /// since 1970 are exact in them until the year 2255.
  static let script = RedisScript(
    name: "limits.take",
    source: source(
      now: "local time = redis.call('TIME')\nlocal now = time[1] * 1000000 + time[2]"))

  static func source(now: String) -> String {
    """
    \(now)
    local interval, limit, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
    local burst = interval * limit
    local full = tonumber(redis.call('GET', KEYS[1]) or 0)
    local base = math.min(math.max(full, now), now + burst)
    local room = burst - (base - now)
    local available = math.floor(room / interval)
    local granted = math.min(wanted, available)
    local next = base + granted * interval
    if granted > 0 then
      redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', math.ceil((next - now) / 1000))
    end
    local wait = 0
    if available < 1 then wait = interval - room end
    return {granted, available - granted, next - now, wait}
    """
  }

  static func take(
    _ wanted: Int, of key: LimitKey, _ rate: GCRA, _ redis: RedisClient
  ) async throws -> Verdict {
    let reply = try await redis.run(
      script, keys: [key.place],
      arguments: [.integer(rate.interval), .integer(Int64(rate.limit)), .integer(Int64(wanted))])
    return try verdict(reply)
  }

  static func verdict(_ reply: RedisReply) throws -> Verdict {
    let numbers = (reply.elements ?? []).compactMap(\.integer)
    guard numbers.count == 4 else {
      throw RedisError(.badReply, "redis gave no verdict on a limit")
    }
    return Verdict(
      granted: Int(numbers[0]), remaining: Int(numbers[1]), untilFull: numbers[2],
      untilNext: numbers[3])
  }
}
