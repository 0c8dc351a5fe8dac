package import HTTP
package import RPCCore

/// A whole HTTP response without its framing.
package struct RESTResponse: Sendable {
  package var status: HTTPStatus
  package var headers: HTTPHeaders
  package var body: [UInt8]

  package init(status: HTTPStatus, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

/// A request the edge refuses, or an answer it cannot write.
package struct RESTFailure: Error, Sendable {
  package var error: RPCError
  /// The HTTP status; nil takes the one that belongs to the error's code.
  package var status: Int?
  package var headers: HTTPHeaders

  package init(_ error: RPCError, status: Int? = nil, headers: HTTPHeaders = HTTPHeaders()) {
    self.error = error
    self.status = status
    self.headers = headers
  }
}

extension RESTFailure: RPCErrorConvertible {
  package var rpcError: RPCError { error }
}

extension RESTFailure {
  /// A 400 that names the offending field by its JSON path; `field` is nil when there is none.
  static func invalid(_ reason: String, _ message: String, field: String? = nil) -> RESTFailure {
    var details = [ErrorDetail.errorInfo(reason: reason, domain: edgeDomain)]
    if let field { details.append(.badRequest([(field: field, description: message)])) }
    return RESTFailure(RPCError(.invalidArgument, message, details: details))
  }

  /// A 400 for what is wrong with a request outside the fields of its message.
  package static func badRequest(_ reason: String, _ message: String) -> RESTFailure {
    invalid(reason, message)
  }

  /// Refused with a status that no code maps to.
  static func refused(
    _ status: Int, _ code: StatusCode, _ reason: String, _ message: String,
    headers: HTTPHeaders = HTTPHeaders()
  ) -> RESTFailure {
    let details = [ErrorDetail.errorInfo(reason: reason, domain: edgeDomain)]
    return RESTFailure(RPCError(code, message, details: details), status: status, headers: headers)
  }

  /// The ErrorInfo domain of what the edge itself refuses, as opposed to a service.
  private static let edgeDomain = "rest.edge"
}
