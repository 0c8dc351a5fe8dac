internal import Protobuf
internal import Buffers
internal import Domain
internal import HTTP
internal import HTTPClient
internal import Speech
internal import VoiceAPI

/// Why a function was not carried out, in words for the model; says nothing of what was sent.
struct ToolFault: Error, Equatable {
  let reason: String
  /// Whether asking again may help.
  let isRetryable: Bool

  init(_ reason: String, isRetryable: Bool = false) {
    self.reason = reason
    self.isRetryable = isRetryable
  }
}

/// What goes to the merchant's endpoint for one function call, and what its answer means; pure.
///
/// ```
/// POST tool.url    Content-Type: application/json    Idempotency-Key: CALL/FUNCTION-CALL
/// {"call_id":"call_…","agent_id":"agt_…","agent_version":3,"tool":"order_status",
///  "tool_call_id":"…","arguments":{…}}
/// ```
/// 2xx with a JSON value, or with nothing, is the function's result; anything else is a failure that
/// the model is told of.
enum ToolRequest {
  typealias Tool = Payaid.Voice.V1.Tool

  /// The call that a function belongs to.
  struct Origin: Sendable {
    let callID: String
    let agentID: String
    /// 0 for a draft.
    let agentVersion: Int32
  }

  /// Bytes of an answer that are read.
  static let answerLimit = 65_536
  static let defaultTimeout = Duration.seconds(3)

  /// How long the tool's endpoint may take.
  static func timeout(_ tool: Tool) -> Duration {
    tool.timeout.map { Duration($0) } ?? defaultTimeout
  }

  /// The request; `secrets` has the value of every secret that the tool names and that may go to its host. Throws
  /// ``ToolFault`` when one is missing.
  static func make(
    _ tool: Tool, _ function: ToolCall, of origin: Origin, secrets: [String: String]
  ) throws(ToolFault) -> ClientRequest {
    var headers: HTTPHeaders = [
      "content-type": "application/json", "accept": "application/json",
      "user-agent": "PayAid-Tools/1.0", "idempotency-key": "\(origin.callID)/\(function.id)",
    ]
    for (name, value) in tool.headers { headers.add(name.lowercased(), value) }
    for (name, secret) in tool.secretHeaders {
      guard let value = secrets[secret] else {
        throw ToolFault(
          "the function is not set up: a secret is missing, or may not go to its host")
      }
      headers.add(name.lowercased(), value)
    }
    var request = ClientRequest(
      method: "POST", url: tool.url, headers: headers, body: body(function, origin),
      timeout: timeout(tool))
    request.maxResponseBytes = answerLimit
    return request
  }

  private static func body(_ function: ToolCall, _ origin: Origin) -> [UInt8] {
    let value: JSONValue = [
      "call_id": .string(origin.callID), "agent_id": .string(origin.agentID),
      "agent_version": .int(origin.agentVersion), "tool": .string(function.name),
      "tool_call_id": .string(function.id), "arguments": function.arguments,
    ]
    return value.serialized()
  }

  /// The function's result in `response`. Throws ``ToolFault`` when it is none.
  static func result(_ response: ClientResponse) throws(ToolFault) -> JSONValue {
    let status = response.status.rawValue
    guard (200..<300).contains(status) else {
      throw ToolFault(
        "the function's endpoint answered \(status)", isRetryable: status == 429 || status >= 500)
    }
    if response.body.isEmpty { return ["status": "done"] }
    guard let value = try? JSONValue(parsing: response.body) else {
      throw ToolFault("the function's endpoint did not answer with JSON")
    }
    return value
  }
}
