import KeyValueSchema
import Protobuf
import RPCCore
import RPCProtobuf
import Schema

/// `example.kv.v1.KeyValueService` over a ``Store``.
public struct KeyValueService: Example.Kv.V1.KeyValueServiceServing {
  private let store: Store

  /// A service on `store`.
  public init(_ store: Store) { self.store = store }

  public func get(
    _ request: Example.Kv.V1.GetRequest, _ context: RPCContext
  ) async throws -> Example.Kv.V1.Entry {
    guard let item = store.item(request.key) else {
      throw RPCError(.notFound, "no entry has this key")
    }
    return entry(request.key, item)
  }

  public func put(
    _ request: Example.Kv.V1.PutRequest, _ context: RPCContext
  ) async throws -> Example.Kv.V1.Entry {
    try check(request.key)
    return entry(request.key, store.put(request.value, under: request.key))
  }

  public func list(
    _ request: Example.Kv.V1.ListRequest, _ responses: Outbound<Example.Kv.V1.Entry>,
    _ context: RPCContext
  ) async throws {
    for key in store.keys(from: request.prefix) {
      // Suspends while the client reads too slowly, so a long list takes no memory here.
      if let item = store.item(key) { try await responses.send(entry(key, item)) }
    }
  }

  public func `import`(
    _ requests: Inbound<Example.Kv.V1.PutRequest>, _ responses: Outbound<Example.Kv.V1.Entry>,
    _ context: RPCContext
  ) async throws {
    for try await request in requests {
      try await responses.send(put(request, context))
    }
  }

  private func entry(_ key: String, _ item: Store.Item) -> Example.Kv.V1.Entry {
    .with {
      $0.key = key
      $0.value = item.value
      $0.revision = item.revision
    }
  }

  /// Tells a client which field is wrong in the way that every gRPC client library understands.
  private func check(_ key: String) throws {
    let allowed = key.utf8.allSatisfy { byte in
      (97...122).contains(byte) || (48...57).contains(byte) || "._-".utf8.contains(byte)
    }
    guard !key.isEmpty, key.utf8.count <= 64, allowed else {
      let wrong = Google.Rpc.BadRequest.with {
        $0.fieldViolations = [
          .with {
            $0.field = "key"
            $0.description = "must be 1 to 64 characters of a-z, 0-9, '.', '_' and '-'"
          }
        ]
      }
      throw RPCError(
        .invalidArgument, "the key is not valid", details: [try ErrorDetail(packing: wrong)])
    }
  }
}
