import RPCCore
import Testing

@testable import GRPC

@Suite struct ServiceConfigTests {
  private static let whole = """
    {
      "loadBalancingConfig": [{"grpclb": {}}, {"round_robin": {}}, {"pick_first": {}}],
      "methodConfig": [
        {"name": [{"service": "a.B", "method": "C"}], "timeout": "1.000000001s",
         "maxRequestMessageBytes": 10, "maxResponseMessageBytes": "20",
         "retryPolicy": {"maxAttempts": 9, "initialBackoff": "0.1s", "maxBackoff": "1s",
           "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE", 10, "aborted"]}},
        {"name": [{"service": "a.B"}, {"service": "a.D", "method": ""}], "waitForReady": true,
         "hedgingPolicy": {"maxAttempts": 3, "hedgingDelay": "0.05s",
           "nonFatalStatusCodes": ["INTERNAL"]}},
        {"name": [{}], "timeout": "3s", "someNewSetting": 1}
      ],
      "retryThrottling": {"maxTokens": 10, "tokenRatio": 0.1},
      "connectionScaling": {"maxConnectionsPerSubchannel": 2},
      "unknown": {}
    }
    """

  private func settings(_ config: ServiceConfig, _ service: String, _ name: String) -> MethodConfig?
  {
    config.settings(for: MethodDescriptor(service: service, name: name, kind: .unary))
  }

  @Test func `every setting is read`() throws {
    let config = try ServiceConfig(json: Self.whole)
    #expect(config.loadBalancing == .roundRobin)
    #expect(config.retryThrottling == RetryThrottling(maxTokens: 10, tokenRatio: 0.1))
    #expect(config.maxConnectionsPerAddress == 2)
    let method = try #require(settings(config, "a.B", "C"))
    #expect(method.timeout == .seconds(1) + .nanoseconds(1))
    #expect(method.maxRequestBytes == 10)
    #expect(method.maxResponseBytes == 20)
    let policy = RetryPolicy(
      maxAttempts: 5, initialBackoff: .milliseconds(100), maxBackoff: .seconds(1), multiplier: 2,
      retryableCodes: [.unavailable, .aborted])
    #expect(method.recovery == .retry(policy))
    let hedging = HedgingPolicy(
      maxAttempts: 3, delay: .milliseconds(50), nonFatalCodes: [.internal])
    #expect(settings(config, "a.B", "X")?.recovery == .hedge(hedging))
  }

  @Test func `a method's own settings come first, then its service's, then everybody's`() throws {
    let config = try ServiceConfig(json: Self.whole)
    #expect(settings(config, "a.B", "C")?.waitForReady == nil)
    #expect(settings(config, "a.B", "Other")?.waitForReady == true)
    #expect(settings(config, "a.D", "C")?.waitForReady == true)
    #expect(settings(config, "else.Where", "C")?.timeout == .seconds(3))
    #expect(settings(ServiceConfig(), "a.B", "C") == nil)
  }

  @Test(arguments: [
    (#""pick_first""#, LoadBalancingPolicy.pickFirst()), (#""ROUND_ROBIN""#, .roundRobin),
  ])
  func `the older way to name a policy is read`(
    text: String, policy: LoadBalancingPolicy
  ) throws {
    #expect(try ServiceConfig(json: #"{"loadBalancingPolicy": \#(text)}"#).loadBalancing == policy)
  }

  @Test(arguments: [
    (#"{"serviceName": "a.B"}"#, "a.B" as String?), (#"{"serviceName": ""}"#, ""), ("{}", nil),
    (#"{"serviceName": null}"#, nil),
  ])
  func `health is asked of the service that is named`(text: String, service: String?) throws {
    let config = try ServiceConfig(json: #"{"healthCheckConfig": \#(text)}"#)
    #expect(config.healthCheckService == service)
  }

  @Test func `addresses may be shuffled`() throws {
    let text = #"{"loadBalancingConfig": [{"pick_first": {"shuffleAddressList": true}}]}"#
    #expect(try ServiceConfig(json: text).loadBalancing == .pickFirst(shuffled: true))
  }

  @Test(arguments: [
    ("[]", "an object"), ("{", "not JSON"),
    (#"{"methodConfig": {}}"#, "methodConfig: a list"),
    (#"{"methodConfig": [{"name": [{"method": "M"}]}]}"#, "name[0]: a method needs its service"),
    (#"{"methodConfig": [{"name": [{}]}, {"name": [{}]}]}"#, "two methodConfig"),
    (#"{"methodConfig": [{"timeout": "1"}]}"#, "timeout: a duration"),
    (#"{"methodConfig": [{"timeout": "-1s"}]}"#, "timeout: a duration"),
    (#"{"methodConfig": [{"timeout": "1.s"}]}"#, "timeout: a duration"),
    (#"{"methodConfig": [{"timeout": ".5s"}]}"#, "timeout: a duration"),
    (#"{"methodConfig": [{"timeout": "1.0000000001s"}]}"#, "timeout: a duration"),
    (#"{"methodConfig": [{"waitForReady": 1}]}"#, "waitForReady: true or false"),
    (#"{"methodConfig": [{"maxRequestMessageBytes": -1}]}"#, "maxRequestMessageBytes"),
    (#"{"methodConfig": [{"retryPolicy": {}}]}"#, "retryableStatusCodes"),
    (#"{"methodConfig": [{"retryPolicy": {"retryableStatusCodes": ["NO"]}}]}"#, "a status code"),
    (
      #"{"methodConfig": [{"retryPolicy": {"retryableStatusCodes": [14], "maxAttempts": 1}}]}"#,
      "maxAttempts: a whole number, at least 2"
    ),
    (
      #"{"methodConfig": [{"retryPolicy": {"retryableStatusCodes": [14], "maxAttempts": 2,"#
        + #" "initialBackoff": "0s"}}]}"#, "initialBackoff: a duration above 0"
    ),
    (#"{"methodConfig": [{"retryPolicy": {}, "hedgingPolicy": {}}]}"#, "exclude each other"),
    (#"{"methodConfig": [{"hedgingPolicy": {"maxAttempts": 1}}]}"#, "at least 2"),
    (#"{"retryThrottling": {"maxTokens": 0, "tokenRatio": 1}}"#, "maxTokens"),
    (#"{"retryThrottling": {"maxTokens": 1001, "tokenRatio": 1}}"#, "at most 1000"),
    (#"{"loadBalancingConfig": [{"grpclb": {}}]}"#, "none of its policies"),
    (#"{"loadBalancingPolicy": "random"}"#, "round_robin"),
    (#"{"healthCheckConfig": {"serviceName": 1}}"#, "serviceName: a string"),
  ])
  func `a wrong value is named with its place`(text: String, message: String) {
    let error = #expect(throws: ServiceConfigError.self) { try ServiceConfig(json: text) }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }
}
