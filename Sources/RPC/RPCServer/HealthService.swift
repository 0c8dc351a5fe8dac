internal import Protobuf
internal import RPCCore
internal import Schema
internal import Services

/// grpc.health.v1.Health: which services this server is ready to serve.
///
/// The empty name is the whole server. After ``shutdown()`` everything is NOT_SERVING for good.
public actor HealthService {
  /// What a service, or the server, says of itself.
  public enum Status: Sendable { case serving, notServing }

  private struct Watcher {
    let service: String
    let known: Status?
    let continuation: CheckedContinuation<Status?, any Error>
  }

  private var statuses: [String: Status]
  private var watchers: [UInt64: Watcher] = [:]
  private var nextWatcher: UInt64 = 0
  private var isShutDown = false

  /// All services of `services` serving, and the server itself.
  init(services: [any RPCService]) {
    var statuses: [String: Status] = ["": .serving]
    for handler in services.flatMap(\.handlers) { statuses[handler.descriptor.service] = .serving }
    self.statuses = statuses
  }

  /// Sets what is told of `service`; `""` is the whole server. Ignored after ``shutdown()``.
  public func set(_ service: String, _ status: Status) {
    guard !isShutDown else { return }
    change(service, status)
  }

  /// Says NOT_SERVING for everything from now on.
  public func shutdown() {
    isShutDown = true
    for service in statuses.keys { change(service, .notServing) }
  }

  /// What is told of `service`; `nil` when it is not known.
  func status(of service: String) -> Status? { statuses[service] }

  /// Everything known, for List.
  var all: [String: Status] { statuses }

  private func change(_ service: String, _ status: Status) {
    statuses[service] = status
    for (id, watcher) in watchers where watcher.service == service && watcher.known != status {
      watchers[id] = nil
      watcher.continuation.resume(returning: status)
    }
  }

  /// Waits until the status of `service` is other than `known`. Throws when the task is cancelled.
  func next(_ service: String, after known: Status?) async throws -> Status? {
    let id = nextWatcher
    nextWatcher += 1
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        // Looked at in here: before it, an await could let a change slip through.
        let status = statuses[service]
        if status != known { return continuation.resume(returning: status) }
        watchers[id] = Watcher(service: service, known: known, continuation: continuation)
        if Task.isCancelled { drop(id) }
      }
    } onCancel: {
      Task { await self.drop(id) }
    }
  }

  private func drop(_ id: UInt64) {
    watchers.removeValue(forKey: id)?.continuation.resume(throwing: CancellationError())
  }
}

/// The methods of grpc.health.v1.Health over a `HealthService`.
struct HealthEndpoint: Grpc.Health.V1.HealthServing {
  let health: HealthService

  /// Services that List may name (gRFC A90).
  private static let listLimit = 100

  func check(
    _ request: Grpc.Health.V1.HealthCheckRequest, _ context: RPCContext
  ) async throws -> Grpc.Health.V1.HealthCheckResponse {
    guard let status = await health.status(of: request.service) else {
      throw RPCError(.notFound, "this server does not know the service")
    }
    return Self.response(status)
  }

  func list(
    _ request: Grpc.Health.V1.HealthListRequest, _ context: RPCContext
  ) async throws -> Grpc.Health.V1.HealthListResponse {
    let all = await health.all
    guard all.count <= Self.listLimit else {
      throw RPCError(
        .resourceExhausted, "\(all.count) services are more than a list holds, \(Self.listLimit)")
    }
    return .with { $0.statuses = all.mapValues { Self.response($0) } }
  }

  func watch(
    _ request: Grpc.Health.V1.HealthCheckRequest,
    _ responses: Outbound<Grpc.Health.V1.HealthCheckResponse>, _ context: RPCContext
  ) async throws {
    var status = await health.status(of: request.service)
    while true {
      try await responses.send(Self.response(status))
      status = try await health.next(request.service, after: status)
    }
  }

  private static func response(
    _ status: HealthService.Status?
  ) -> Grpc.Health.V1.HealthCheckResponse {
    var response = Grpc.Health.V1.HealthCheckResponse()
    switch status {
    case .serving: response.status = .serving
    case .notServing: response.status = .notServing
    case nil: response.status = .serviceUnknown
    }
    return response
  }
}
