internal import HTTP
package import Protobuf
package import RPCCore

/// One REST request on its way to a method and back. Remembers the request's headers.
package final class TranscodedCall: Sendable {
  let rule: Rule
  let line: RequestLine
  let headers: HTTPHeaders
  let errors: ErrorBody
  let ignoresUnknownFields: Bool

  init(
    rule: Rule, line: RequestLine, headers: HTTPHeaders, errors: ErrorBody,
    ignoresUnknownFields: Bool
  ) {
    self.rule = rule
    self.line = line
    self.headers = headers
    self.errors = errors
    self.ignoresUnknownFields = ignoresUnknownFields
  }

  package var method: MethodDescriptor { rule.method }

  /// Whether the rule takes a body.
  package var hasBody: Bool {
    if case .none = rule.body { false } else { true }
  }

  package var isServerStreaming: Bool { rule.method.kind == .serverStreaming }

  /// The answer to a call that ended well: JSON, or the bytes of an HttpBody.
  ///
  /// `metadata` (initial and trailing) becomes headers. A message with a field `etag` gets an
  /// `ETag`, and 304 when the request's If-None-Match names it.
  package func response(
    _ message: DynamicMessage, metadata: Metadata = Metadata()
  ) throws(RESTFailure) -> RESTResponse {
    var response = RESTResponse(status: .ok)
    response.headers.reserveCapacity(8)
    RESTHeaders.add(metadata, to: &response.headers)
    if let tag = rule.output.entityTag(message) {
      response.headers.add("etag", tag)
      if rule.verb == "GET", EntityTag.list(headers.tokens("if-none-match"), names: tag) {
        response.status = .notModified
        return response
      }
    }
    if rule.output.isRaw {
      let body = rule.output.raw(message)
      response.headers.add("content-type", body.contentType ?? "application/octet-stream")
      response.headers.add("x-content-type-options", "nosniff")
      response.body = body.data
    } else {
      response.headers.add(lowercase: "content-type", "application/json")
      response.body = try rule.output.json(message)
    }
    return response
  }

  /// A response message that came as bytes.
  package func unpack(_ message: [UInt8]) throws(RESTFailure) -> DynamicMessage {
    try rule.output.unpack(message)
  }

  /// The answer to a call that failed before its response began. A failed `If-Match` is 412.
  package func failure(_ error: RPCError) -> RESTResponse {
    let isPrecondition = error.code == .aborted && headers.contains("if-match")
    return errors.response(RESTFailure(error, status: isPrecondition ? 412 : nil))
  }

  package func failure(_ failure: RESTFailure) -> RESTResponse {
    errors.response(failure)
  }

  /// The body of a server-streaming answer, in the format `Accept` asks for.
  package func makeStream() -> RESTStream {
    RESTStream(
      format: StreamFormat(accept: headers.tokens("accept")), output: rule.output, errors: errors,
      resumeField: rule.resume?.response)
  }
}
