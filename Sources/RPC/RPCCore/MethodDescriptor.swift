/// Which of the two sides sends a stream.
public enum MethodKind: Sendable, Hashable {
  case unary, serverStreaming, clientStreaming, bidirectional
}

/// What calling a method twice does (`google.protobuf.MethodOptions.IdempotencyLevel`).
public enum Idempotency: Sendable, Hashable {
  case unknown, noSideEffects, idempotent
}

/// The name and shape of one method, known on both sides.
public struct MethodDescriptor: Sendable, Hashable {
  /// Full name of the service, `payaid.voice.v1.AgentService`.
  public let service: String
  /// Name of the method, `CreateAgent`.
  public let name: String
  public let kind: MethodKind
  public let idempotency: Idempotency
  /// `/payaid.voice.v1.AgentService/CreateAgent`, the `:path` of a gRPC request.
  public let path: String

  /// A method of `service`, which is the full proto name without slashes.
  public init(
    service: String, name: String, kind: MethodKind, idempotency: Idempotency = .unknown
  ) {
    self.service = service
    self.name = name
    self.kind = kind
    self.idempotency = idempotency
    path = "/\(service)/\(name)"
  }

  /// `payaid.voice.v1.AgentService/CreateAgent`, as metrics and logs name it.
  public var fullName: String { String(path.dropFirst()) }

  /// Whether the client sends exactly one message.
  public var takesOneRequest: Bool { kind == .unary || kind == .serverStreaming }

  /// Whether the server sends exactly one message.
  public var givesOneResponse: Bool { kind == .unary || kind == .clientStreaming }
}
