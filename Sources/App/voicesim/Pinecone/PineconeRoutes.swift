internal import EventLoop
internal import RPCServer
internal import Simulation

/// The paths of both planes, which the vendor has on different hosts.
enum PineconeRoutes {
  typealias Operation = PineconeCall.Operation

  /// Paths that name nothing.
  private static let fixed: [(method: String, path: String, operation: Operation)] = [
    ("GET", "/indexes", .listIndexes), ("POST", "/indexes", .createIndex),
    ("POST", "/vectors/upsert", .upsert), ("POST", "/query", .query),
    ("GET", "/vectors/fetch", .fetch), ("POST", "/vectors/fetch_by_metadata", .fetchByMetadata),
    ("GET", "/vectors/list", .list), ("POST", "/vectors/update", .update),
    ("POST", "/vectors/delete", .delete), ("POST", "/describe_index_stats", .stats),
    ("GET", "/namespaces", .listNamespaces), ("POST", "/namespaces", .createNamespace),
  ]

  /// Paths that end with a name.
  private static let named:
    [(method: String, path: String, operation: @Sendable (String) -> Operation)] = [
      ("GET", "/indexes", { .describeIndex($0) }), ("PATCH", "/indexes", { .configureIndex($0) }),
      ("DELETE", "/indexes", { .deleteIndex($0) }),
      ("GET", "/namespaces", { .describeNamespace($0) }),
      ("DELETE", "/namespaces", { .deleteNamespace($0) }),
    ]

  /// Adds both planes to the routes of the one port.
  static func add(_ cloud: CloudRoutes.Cloud, to routes: inout HTTPRoutes) {
    for route in fixed {
      routes.handle(route.method, route.path) { try await answer($0, route.operation, cloud) }
    }
    for route in named {
      routes.handle(route.method, route.path + "/{name}") { request in
        try await answer(request, route.operation(request.pathParameters["name"] ?? ""), cloud)
      }
    }
  }

  /// The machine's answer, when its time has come.
  private static func answer(
    _ request: HTTPExchangeRequest, _ operation: Operation, _ cloud: CloudRoutes.Cloud
  ) async throws -> HTTPExchangeResponse {
    let reply = cloud.value.pinecone.answer(request, operation)
    if reply.delay > .zero { try await cloud.loop.sleep(for: reply.delay) }
    return reply.response
  }
}
