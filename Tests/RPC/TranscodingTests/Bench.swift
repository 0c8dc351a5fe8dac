import Buffers
import HTTP
import Protobuf
import RPCCore
import RPCProtobuf
import Schema
import Testing

@testable import Transcoding

/// One method with its rules, and what a request to it becomes.
struct Bench {
  let edge: RESTEdge
  let input: MessageType

  init(
    _ rules: HTTPRule..., input: MessageType, output: MessageType? = nil, kind: MethodKind = .unary,
    name: String = "Do"
  ) throws {
    self.input = input
    let method = MethodDescriptor(service: "test.Bench", name: name, kind: kind)
    let binding = MethodBinding(
      method: method, input: input, output: output ?? Google.Protobuf.Empty.messageType, http: rules
    )
    edge = try RESTEdge([
      ServiceBinding(name: "test.Bench", file: input.file, methods: [binding])
    ])
  }

  func call(
    _ method: String, _ target: String, _ headers: HTTPHeaders = HTTPHeaders()
  ) throws -> TranscodedCall {
    switch edge.match(method: method, target: target, headers: headers) {
    case .call(let call): return call
    case .failed(let failure): throw failure
    case .notFound: throw RESTFailure(RPCError(.notFound, "not found"))
    case .methodNotAllowed: throw RESTFailure(RPCError(.unimplemented, "method"), status: 405)
    }
  }

  /// The bytes of the request message.
  func bytes(
    _ method: String, _ target: String, body: String = "", _ headers: HTTPHeaders = HTTPHeaders()
  ) throws -> [UInt8] {
    var headers = headers
    if !body.isEmpty, !headers.contains("content-type") {
      headers.add("content-type", "application/json")
    }
    return try call(method, target, headers).request(body: Array(body.utf8))
  }

  /// The request message as JSON.
  func json(
    _ method: String, _ target: String, body: String = "", _ headers: HTTPHeaders = HTTPHeaders()
  ) throws -> JSONValue {
    let bytes = try bytes(method, target, body: body, headers)
    return try JSONValue(parsing: transcodeBinaryToJSON(bytes, type: input))
  }

  /// Status, reason and field of the refusal a request meets; nil when it meets none.
  func refusal(
    _ method: String, _ target: String, body: String = "", _ headers: HTTPHeaders = HTTPHeaders()
  ) -> Refusal? {
    do {
      _ = try bytes(method, target, body: body, headers)
      return nil
    } catch {
      guard let failure = error as? RESTFailure else { return nil }
      return Refusal(edge.failure(failure))
    }
  }
}

/// What an error body says, as a client reads it.
struct Refusal: Equatable, CustomStringConvertible {
  let status: Int
  let code: String
  let reason: String
  let field: String

  init(status: Int, code: String = "INVALID_ARGUMENT", _ reason: String, _ field: String = "") {
    self.status = status
    self.code = code
    self.reason = reason
    self.field = field
  }

  init?(_ response: RESTResponse) {
    guard let error = try? JSONValue(parsing: response.body)["error"] else { return nil }
    let details = error["details"]?.arrayValue ?? []
    let violation = details.compactMap { $0["fieldViolations"]?[0] }.first
    self.init(
      status: response.status.rawValue, code: error["status"]?.stringValue ?? "",
      details.compactMap { $0["reason"]?.stringValue }.first ?? "",
      violation?["field"]?.stringValue ?? "")
  }

  var description: String { "\(status) \(code) \(reason) \(field)" }
}

func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }
