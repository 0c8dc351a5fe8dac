package import RPCCore

/// How the calls of a channel behave unless a call says otherwise: gRPC's service config.
public struct ServiceConfig: Sendable {
  /// Settings by method; `[]` for none.
  public let methods: [MethodConfig]
  /// When retries stop for want of success; nil never.
  public let retryThrottling: RetryThrottling?
  /// How addresses are chosen; nil leaves it to the channel, which takes the first that answers.
  public let loadBalancing: LoadBalancingPolicy?
  /// Connections that one address may have when its stream limit is reached.
  public let maxConnectionsPerAddress: Int
  /// The service whose health decides whether an address is used, by `grpc.health.v1.Health` (gRFC
  /// A17); empty for the whole server, nil asks nobody. Balancing by round_robin alone heeds it.
  public let healthCheckService: String?
  private let byPath: [String: MethodConfig]

  /// A config made in code. Of two settings for one name the first counts.
  public init(
    methods: [MethodConfig] = [], retryThrottling: RetryThrottling? = nil,
    loadBalancing: LoadBalancingPolicy? = nil, maxConnectionsPerAddress: Int = 1,
    healthCheckService: String? = nil
  ) {
    self.methods = methods
    self.retryThrottling = retryThrottling
    self.loadBalancing = loadBalancing
    self.maxConnectionsPerAddress = max(1, maxConnectionsPerAddress)
    self.healthCheckService = healthCheckService
    let pairs = methods.flatMap { method in method.names.map { ($0.path, method) } }
    byPath = Dictionary(pairs) { first, _ in first }
  }

  /// The settings of `method`: of its own name, else of its service, else those for all.
  package func settings(for method: MethodDescriptor) -> MethodConfig? {
    guard !byPath.isEmpty else { return nil }
    return byPath[method.path] ?? byPath["/\(method.service)/"] ?? byPath[""]
  }
}

/// Settings that some methods share.
public struct MethodConfig: Sendable, Equatable {
  /// Which methods: one, all of a service, or all.
  public struct Name: Sendable, Hashable {
    /// Full name of the service; empty means every method of every service.
    public let service: String
    /// Name of the method; empty means every method of the service.
    public let method: String

    /// The methods of that name.
    public init(service: String = "", method: String = "") {
      self.service = service
      self.method = method
    }

    var path: String { service.isEmpty ? "" : "/\(service)/\(method)" }
  }

  /// The methods they are for.
  public var names: [Name]
  /// Longest duration of a call; one's own deadline counts too when it is shorter.
  public var timeout: Duration?
  /// Whether calls wait for a connection in place of failing.
  public var waitForReady: Bool?
  /// Largest request message in bytes, as compressed.
  public var maxRequestBytes: Int?
  /// Largest response message in bytes.
  public var maxResponseBytes: Int?
  /// What follows a failed attempt; nil lets the call fail.
  public var recovery: Recovery?

  /// Another attempt after a failed one, or beside a slow one; never both.
  public enum Recovery: Sendable, Equatable {
    case retry(RetryPolicy)
    case hedge(HedgingPolicy)
  }

  /// Settings that set nothing yet.
  public init(names: [Name]) { self.names = names }
}

/// How a channel chooses among the addresses of its server.
public enum LoadBalancingPolicy: Sendable, Equatable {
  /// All calls to the first address that can be reached; `shuffled` tries them in random order.
  case pickFirst(shuffled: Bool = false)
  /// Calls to all addresses that can be reached, in turn.
  case roundRobin
}
