package import Buffers

/// What the Pinecone side has measured; numbers only.
package struct PineconeReport: Sendable, Equatable {
  /// Calls of both planes, however they ended.
  package var requests = 0
  /// Calls that an injected status failed.
  package var failures = 0
  /// Calls over the limit of a second.
  package var limited = 0
  /// Calls turned away for another reason.
  package var refused = 0
  /// Answered calls of `/vectors/upsert`.
  package var upserts = 0
  /// Records in them.
  package var records = 0
  /// Answered calls of `/query`.
  package var queries = 0

  /// The `pinecone` part of `GET /sim/metrics`.
  package var json: JSONValue {
    [
      "requests": .int(requests), "failures": .int(failures), "limited": .int(limited),
      "refused": .int(refused), "upserts": .int(upserts), "records": .int(records),
      "queries": .int(queries),
    ]
  }
}
