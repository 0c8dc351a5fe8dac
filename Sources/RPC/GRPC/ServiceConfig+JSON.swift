internal import Buffers
internal import RPCCore

extension ServiceConfig {
  /// Reads the JSON form (gRFC A2, A6, A17, A62, A105). Unknown members are passed over, as newer configs
  /// must not break older clients; a known one with a wrong value refuses the whole text.
  public init(json text: String) throws(ServiceConfigError) {
    let root: ConfigNode
    do {
      root = ConfigNode(try JSONValue(parsing: text), "service config")
    } catch {
      throw ServiceConfigError("the service config is not JSON: \(error)")
    }
    try self.init(root)
  }

  init(_ root: ConfigNode) throws(ServiceConfigError) {
    guard root.value.objectValue != nil else { throw root.fault("an object is expected") }
    let methods = try root.list("methodConfig").map { node throws(ServiceConfigError) in
      try MethodConfig(node)
    }
    try Self.refuseDuplicates(methods)
    self.init(
      methods: methods, retryThrottling: try Self.throttling(root["retryThrottling"]),
      loadBalancing: try Self.loadBalancing(root),
      maxConnectionsPerAddress: try Self.connections(root["connectionScaling"]),
      healthCheckService: try root["healthCheckConfig"]?["serviceName"]?.string())
  }

  private static func refuseDuplicates(_ methods: [MethodConfig]) throws(ServiceConfigError) {
    var seen: Set<MethodConfig.Name> = []
    for name in methods.flatMap(\.names) where !seen.insert(name).inserted {
      throw ServiceConfigError(
        "two methodConfig entries have the name \(name.service)/\(name.method)")
    }
  }

  private static func throttling(
    _ node: ConfigNode?
  ) throws(ServiceConfigError) -> RetryThrottling? {
    guard let node else { return nil }
    let tokens = try node.required("maxTokens").number(0.001...1_000)
    let ratio = try node.required("tokenRatio").number(0.001...1_000)
    return RetryThrottling(maxTokens: tokens, tokenRatio: ratio)
  }

  private static func connections(_ node: ConfigNode?) throws(ServiceConfigError) -> Int {
    guard let limit = node?["maxConnectionsPerSubchannel"] else { return 1 }
    return min(try limit.integer(1...Int.max), 10)
  }

  /// The first policy of the list that this client has.
  private static func loadBalancing(
    _ root: ConfigNode
  ) throws(ServiceConfigError) -> LoadBalancingPolicy? {
    let list = try root.list("loadBalancingConfig")
    for node in list {
      guard let members = node.value.objectValue, members.count == 1 else {
        throw node.fault("an object with one policy is expected")
      }
      if let policy = node["pick_first"] {
        return .pickFirst(shuffled: try policy["shuffleAddressList"]?.bool() ?? false)
      }
      if node["round_robin"] != nil { return .roundRobin }
    }
    guard list.isEmpty else {
      throw ServiceConfigError("loadBalancingConfig: none of its policies is known")
    }
    guard let node = root["loadBalancingPolicy"] else { return nil }
    switch try node.string().lowercased() {
    case "pick_first": return .pickFirst()
    case "round_robin": return .roundRobin
    default: throw node.fault("pick_first or round_robin is expected")
    }
  }
}

extension MethodConfig {
  fileprivate init(_ node: ConfigNode) throws(ServiceConfigError) {
    self.init(
      names: try node.list("name").map { name throws(ServiceConfigError) in
        let service = try name["service"]?.string() ?? ""
        let method = try name["method"]?.string() ?? ""
        guard method.isEmpty || !service.isEmpty else {
          throw name.fault("a method needs its service")
        }
        return Name(service: service, method: method)
      })
    timeout = try node["timeout"]?.duration()
    waitForReady = try node["waitForReady"]?.bool()
    maxRequestBytes = try node["maxRequestMessageBytes"]?.integer(0...Int.max)
    maxResponseBytes = try node["maxResponseMessageBytes"]?.integer(0...Int.max)
    switch (node["retryPolicy"], node["hedgingPolicy"]) {
    case (nil, nil): break
    case (let retry?, nil): recovery = .retry(try Self.retry(retry))
    case (nil, let hedging?): recovery = .hedge(try Self.hedging(hedging))
    default: throw node.fault("retryPolicy and hedgingPolicy exclude each other")
    }
  }

  private static func retry(_ node: ConfigNode) throws(ServiceConfigError) -> RetryPolicy {
    let codes = try node.codes("retryableStatusCodes")
    guard !codes.isEmpty else { throw node.fault("retryableStatusCodes are expected") }
    return RetryPolicy(
      maxAttempts: try node.required("maxAttempts").integer(2...Int.max),
      initialBackoff: try node.required("initialBackoff").positiveDuration(),
      maxBackoff: try node.required("maxBackoff").positiveDuration(),
      multiplier: try node.required("backoffMultiplier").number(.leastNonzeroMagnitude...1_000),
      retryableCodes: codes)
  }

  private static func hedging(_ node: ConfigNode) throws(ServiceConfigError) -> HedgingPolicy {
    HedgingPolicy(
      maxAttempts: try node.required("maxAttempts").integer(2...Int.max),
      delay: try node["hedgingDelay"]?.duration() ?? .zero,
      nonFatalCodes: try node.codes("nonFatalStatusCodes"))
  }
}

/// Why a service config cannot be used.
public struct ServiceConfigError: Error, Sendable, CustomStringConvertible {
  /// Which member, and what is expected of it.
  public let message: String

  init(_ message: String) { self.message = message }

  public var description: String { message }
}
