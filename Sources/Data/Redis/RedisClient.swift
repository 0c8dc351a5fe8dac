package import EventLoop
internal import Synchronization
internal import TLS

/// A Redis that may be dead. Callable from any task; a caller on one of the loops is served by that
/// loop's connection, without crossing threads.
///
/// Every call ends within `commandTimeout`; after a failure callers are refused at once until the
/// server has answered a greeting again. Reconnecting is the client's own business.
package final class RedisClient: Sendable {
  private let shards: [RedisShard]
  private let turn = Atomic<Int>(0)

  /// Connects to nothing yet; see `start`. `scripts` are loaded with each connection, and
  /// `greeting` gives commands that must succeed before it is used.
  package init(
    loops: [EventLoop], configuration: RedisConfiguration, scripts: [RedisScript] = [],
    greeting: @escaping @Sendable () -> [RedisCommand] = { [] }
  ) throws(RedisError) {
    precondition(!loops.isEmpty, "a client needs a loop")
    let tls: TLSContext?
    do throws(TLSError) {
      tls = try configuration.trust.map { (trust) throws(TLSError) in
        try TLSContext.client(trust: trust)
      }
    } catch {
      throw RedisError(.configuration, error.message)
    }
    shards = loops.map {
      RedisShard(
        loop: $0, configuration: configuration, tls: tls, scripts: scripts, greeting: greeting)
    }
  }

  /// Begins to connect on every loop; does not wait, since the server may be dead.
  package func start() {
    for shard in shards { Task(executorPreference: shard.loop) { await shard.start() } }
  }

  /// Sends one command. Throws ``RedisError`` when there is no answer or the server refuses.
  package func run(_ command: RedisCommand) async throws -> RedisReply {
    try await shard.run(command)
  }

  /// Runs a script given at the start. `keys` and `arguments` are its `KEYS` and `ARGV`.
  package func run(
    _ script: RedisScript, keys: [String], arguments: [RedisArgument]
  ) async throws -> RedisReply {
    try await shard.run(script, keys: keys, arguments: arguments)
  }

  /// Whether the server answers, as far as is known: no command is sent.
  package func isReady() async -> Bool {
    for shard in shards where await !shard.isReady { return false }
    return true
  }

  /// Waits until every loop has a connection; false when the client was closed instead.
  package func ready() async -> Bool {
    for shard in shards where await !shard.ready() { return false }
    return true
  }

  /// Closes every connection; what is under way fails.
  package func close() async {
    for shard in shards { await shard.close() }
  }

  private var shard: RedisShard {
    if shards.count == 1 { return shards[0] }
    if let here = EventLoop.current, let own = shards.first(where: { $0.loop === here }) {
      return own
    }
    let turn = turn.wrappingAdd(1, ordering: .relaxed).oldValue
    return shards[Int(UInt(bitPattern: turn) % UInt(shards.count))]
  }
}
