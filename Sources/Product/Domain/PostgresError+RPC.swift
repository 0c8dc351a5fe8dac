package import Postgres
internal import Protobuf
package import RPCCore
internal import Schema

/// What a caller is told when the database refused. Details stay in the log.
extension PostgresError: RPCErrorConvertible {
  package var rpcError: RPCError {
    if kind == .poolExhausted {
      return RPCError(
        .unavailable, "the server has more to do than its database can take; try again",
        details: Self.retryInfo, cause: self)
    }
    if isTransient {
      return RPCError(
        .unavailable, "the database is not available now; try again", details: Self.retryInfo,
        cause: self)
    }
    if kind == .invalidParameter || Self.unstorable.contains(sqlState?.code ?? "") {
      return RPCError(
        .invalidArgument, "a text holds a character that cannot be stored (U+0000)", cause: self)
    }
    return RPCError(.internal, "the database refused the request", cause: self)
  }

  /// A second: by then a restart is mostly over, and a burst too.
  private static let retryInfo: [ErrorDetail] = {
    let info = Google.Rpc.RetryInfo.with { $0.retryDelay = .with { $0.seconds = 1 } }
    guard let bytes = try? info.serializedBytes() else { return [] }
    return [ErrorDetail(typeName: "google.rpc.RetryInfo", value: bytes)]
  }()

  /// character_not_in_repertoire, untranslatable_character.
  private static let unstorable: Set<String> = ["22021", "22P05"]
}
