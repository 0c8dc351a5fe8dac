/// A Lua script that runs on the server as one step. Loaded with each connection, then called by its
/// digest.
package struct RedisScript: Sendable, Hashable {
  /// For our own bookkeeping; two scripts of a client never share one.
  package let name: String
  /// Its text.
  package let source: String

  package init(name: String, source: String) {
    self.name = name
    self.source = source
  }

  /// The call by digest, or with the whole text while the digest is not known.
  func command(
    digest: String?, keys: [String], arguments: [RedisArgument]
  ) -> RedisCommand {
    var command = RedisCommand(
      digest == nil ? "EVAL" : "EVALSHA", .text(digest ?? source), .integer(Int64(keys.count)))
    for key in keys { command.add(.text(key)) }
    for argument in arguments { command.add(argument) }
    return command
  }
}
