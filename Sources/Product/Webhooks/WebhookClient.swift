package import EventLoop
internal import Glibc
internal import HTTP
package import HTTPClient
package import TLS

/// One attempt as it goes out.
struct WebhookRequest: Sendable {
  let url: String
  let id: String
  let timestamp: Int64
  /// Newest first, a space between.
  let signatures: String
  let body: [UInt8]
}

/// What an attempt came to, for the log and for the plan.
struct WebhookAnswer: Sendable, Equatable {
  /// The most of an answer that is kept.
  static let keptBytes = 1_024

  /// Nil when there was no answer; then `error` says why.
  var status: Int?
  var retryAfter: Duration?
  var response: [UInt8] = []
  var error = ""

  /// No answer.
  static func failure(_ error: String) -> WebhookAnswer {
    // In code points, as the table counts them.
    WebhookAnswer(error: String(error.unicodeScalars.prefix(500)))
  }

  var plan: DeliveryPlan.Answer {
    status.map { .status($0, retryAfter: retryAfter) } ?? .none
  }
}

/// Sends webhooks: to public addresses only, without redirects, bounded in time and size.
package struct WebhookClient: Sendable {
  private static let timeout = Duration.seconds(15)
  private static let connectTimeout = Duration.seconds(5)
  private static let readBytes = 65_536

  /// Where webhooks may go.
  package let policy: OutboundPolicy
  private let client: HTTPClient
  private let loop: EventLoop

  package init(loop: EventLoop, policy: OutboundPolicy, trust: TLSTrust = .systemRoots) {
    self.loop = loop
    self.policy = policy
    client = HTTPClient(loop: loop, trust: trust)
  }

  /// Sends one attempt. Throws only when the task is cancelled or the loop stops.
  func send(_ request: WebhookRequest) async throws -> WebhookAnswer {
    do {
      let url = try policy.check(request.url)
      let addresses = try await loop.addresses(
        of: url.host, port: 0, timeout: Self.connectTimeout)
      var outgoing = Self.outgoing(request)
      outgoing.connectAddress = try policy.choose(addresses.compactMap(\.host), for: url)
      return Self.answer(try await client.send(outgoing))
    } catch let refusal as OutboundPolicy.Refusal {
      return .failure("refused: \(refusal)")
    } catch let error as EventLoopError where error.kind != .loopStopped {
      return .failure("the host's name could not be resolved")
    } catch let error as HTTPClientError where error.kind != .stopped {
      return .failure(error.message)
    }
  }

  private static func outgoing(_ request: WebhookRequest) -> ClientRequest {
    var outgoing = ClientRequest(
      method: "POST", url: request.url,
      headers: [
        "content-type": "application/json", "user-agent": "PayAid-Webhooks/1.0",
        "webhook-id": request.id, "webhook-timestamp": "\(request.timestamp)",
        "webhook-signature": request.signatures,
      ], body: request.body, timeout: timeout)
    outgoing.connectTimeout = connectTimeout
    outgoing.maxResponseBytes = readBytes
    outgoing.cutsLongResponses = true
    return outgoing
  }

  private static func answer(_ response: ClientResponse) -> WebhookAnswer {
    WebhookAnswer(
      status: response.status.rawValue,
      retryAfter: response.headers["retry-after"].flatMap(retryAfter),
      response: Array(response.body.prefix(WebhookAnswer.keptBytes)))
  }

  /// RFC 9110 section 10.2.3: seconds, or a date.
  static func retryAfter(_ text: String) -> Duration? {
    if let seconds = Int64(text), seconds >= 0 { return .seconds(min(seconds, 1_000_000)) }
    guard let date = HTTPDate.secondsSince1970(text) else { return nil }
    return .seconds(max(0, date - time(nil)))
  }
}
