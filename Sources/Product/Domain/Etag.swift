internal import RPCCore

/// Entity tags of rows that count their revisions: the bare number. The REST edge adds and takes
/// off the quotes that RFC 9110 section 8.8.3 asks for.
package enum Etag {
  package static func text(revision: Int64) -> String { "\(revision)" }

  /// Throws `aborted` unless `given` is empty or names `revision` (AIP-154).
  package static func check(_ given: String, against current: String) throws {
    guard given.isEmpty || given == current else {
      throw RPCError(.aborted, "etag is not the current one; read the resource again")
    }
  }

  /// The revision that `etag` names.
  package static func revision(_ etag: String) -> Int64 {
    Int64(etag) ?? 0
  }
}
