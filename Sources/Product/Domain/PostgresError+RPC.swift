package import Postgres
package import RPCCore

/// What a caller is told when the database refused. Details stay in the log.
extension PostgresError: RPCErrorConvertible {
  package var rpcError: RPCError {
    if isTransient {
      return RPCError(.unavailable, "the database is not available now; try again", cause: self)
    }
    if kind == .invalidParameter || Self.unstorable.contains(sqlState?.code ?? "") {
      return RPCError(
        .invalidArgument, "a text holds a character that cannot be stored (U+0000)", cause: self)
    }
    return RPCError(.internal, "the database refused the request", cause: self)
  }

  /// character_not_in_repertoire, untranslatable_character.
  private static let unstorable: Set<String> = ["22021", "22P05"]
}
