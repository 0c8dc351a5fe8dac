/// Which of the two sides sends a stream.
public enum MethodKind: Sendable, Hashable {
  case unary, serverStreaming, clientStreaming, bidirectional
}

/// What calling a method twice does (`google.protobuf.MethodOptions.IdempotencyLevel`).
public enum Idempotency: Sendable, Hashable {
  case unknown, noSideEffects, idempotent
}

/// The name and shape of one method, known on both sides. Cheap to copy.
public struct MethodDescriptor: Sendable {
  // Four strings would be retained and released one by one with every context.
  private final class Storage: Sendable {
    let service: String
    let name: String
    let kind: MethodKind
    let idempotency: Idempotency
    let path: String

    init(_ service: String, _ name: String, _ kind: MethodKind, _ idempotency: Idempotency) {
      self.service = service
      self.name = name
      self.kind = kind
      self.idempotency = idempotency
      path = "/\(service)/\(name)"
    }
  }

  private let storage: Storage

  /// A method of `service`, which is the full proto name without slashes.
  public init(
    service: String, name: String, kind: MethodKind, idempotency: Idempotency = .unknown
  ) {
    storage = Storage(service, name, kind, idempotency)
  }

  /// Full name of the service, `payaid.voice.v1.AgentService`.
  public var service: String { storage.service }

  /// Name of the method, `CreateAgent`.
  public var name: String { storage.name }

  /// Which sides send streams.
  public var kind: MethodKind { storage.kind }

  /// What calling the method twice does.
  public var idempotency: Idempotency { storage.idempotency }

  /// `/payaid.voice.v1.AgentService/CreateAgent`, the `:path` of a gRPC request.
  public var path: String { storage.path }

  /// `payaid.voice.v1.AgentService/CreateAgent`, as metrics and logs name it.
  public var fullName: String { String(path.dropFirst()) }

  /// Whether the client sends exactly one message.
  public var takesOneRequest: Bool { kind == .unary || kind == .serverStreaming }

  /// Whether the server sends exactly one message.
  public var givesOneResponse: Bool { kind == .unary || kind == .clientStreaming }
}

extension MethodDescriptor: Hashable {
  public static func == (left: MethodDescriptor, right: MethodDescriptor) -> Bool {
    left.storage === right.storage
      || (left.path == right.path && left.kind == right.kind
        && left.idempotency == right.idempotency)
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(path) }
}
