internal import Buffers
package import HTTP
package import Protobuf
package import RPCCore
package import RPCProtobuf
internal import Schema

/// What a request line leads to.
package enum RESTMatch: Sendable {
  case call(TranscodedCall)
  case notFound
  /// The path is known for other methods; the text is ready for the `allow` header.
  case methodNotAllowed(allow: String)
  case failed(RESTFailure)
}

/// REST over the methods of some services: the routes of their `google.api.http` rules.
///
/// Pure: no socket, no task. Immutable, so any thread may use it.
package final class RESTEdge: Sendable {
  private let routes: PathTrie<Rule>
  private let options: RESTOptions
  private let errors: ErrorBody
  /// The error details that are written as JSON, what the served files declare or import and Google's
  /// standard ones; others are sent as base64.
  package let detailTypes: TypeRegistry
  /// Streaming methods by their gRPC path, for WebSockets: each message is a whole request.
  private let streams: [String: Rule]

  /// Compiles all rules. Throws for the first one that is wrong, repeated or dead, in a sentence
  /// that names its method.
  package init(
    _ services: [ServiceBinding], options: RESTOptions = RESTOptions()
  ) throws(TranscodingError) {
    var routes = PathTrie<Rule>()
    var streams: [String: Rule] = [:]
    for binding in services.flatMap(\.methods) {
      let path = binding.method.path
      if binding.method.kind != .unary {
        streams[path] = try RuleCompiler(binding: binding).compile(
          HTTPRule("POST", path, body: "*"))
      }
      for declared in binding.http {
        let rule = try RuleCompiler(binding: binding).compile(declared)
        if let other = routes.insert(rule, template: rule.template, method: rule.verb) {
          throw TranscodingError(
            .duplicate,
            "\(binding.method.fullName): rule \"\(rule.text)\" takes the requests of rule "
              + "\"\(other.text)\" of \(other.method.fullName)")
        }
      }
    }
    self.routes = routes
    self.options = options
    self.streams = streams
    detailTypes = TypeRegistry(services.map(\.file) + SchemaFiles.all)
    errors = ErrorBody(detailTypes: detailTypes)
  }

  /// Finds the method a request calls and reads its path and query.
  ///
  /// `target` is the raw request target in origin form; `HEAD` finds `GET` rules, and its body is
  /// the caller's to drop.
  package func match(method: String, target: String, headers: HTTPHeaders) -> RESTMatch {
    guard target.utf8.count <= options.maxTargetBytes else {
      return .failed(
        .refused(
          414, .invalidArgument, "TARGET_TOO_LONG",
          "the target is \(target.utf8.count) bytes; the limit is \(options.maxTargetBytes)"))
    }
    // As most targets are that have neither ids nor a query.
    let fixed = target.utf8.withContiguousStorageIfAvailable { bytes in
      routes.find(fixed: UnsafeRawBufferPointer(bytes), method: method)
    }
    if case let rule?? = fixed { return call(rule, [], query: [], headers) }
    let bytes = Array(target.utf8)
    let mark = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.count
    switch routes.find(path: bytes[..<mark], method: method) {
    case .found(let rule, let segments):
      return call(rule, segments, query: bytes[mark...].dropFirst(), headers)
    case .otherMethods(let methods):
      return .methodNotAllowed(allow: methods.joined(separator: ", "))
    case .badEscape:
      return .failed(.invalid("BAD_PATH", "the path has a broken percent escape"))
    case .none:
      let path = String(decoding: bytes[..<mark], as: UTF8.self)
      guard let rule = streams[path], rule.isUnavailable else { return .notFound }
      return .failed(Self.streamsNeedRPC(path))
    }
  }

  /// Finds the streaming method that a WebSocket at `target` calls: by the path of one of its rules,
  /// whatever their verb, or by the method's own. Its messages go through `request(body:)` and
  /// `request(binary:)`, as many as the method takes.
  package func matchStream(target: String, headers: HTTPHeaders) -> RESTMatch {
    guard target.utf8.count <= options.maxTargetBytes else { return .notFound }
    var headers = headers
    headers.replace("content-type", with: "application/json")
    headers.remove("content-encoding")
    let bytes = Array(target.utf8)
    let path = bytes.prefix { $0 != UInt8(ascii: "?") }
    let query = bytes[path.endIndex...].dropFirst()
    for verb in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
      guard case .found(let rule, let segments) = routes.find(path: path, method: verb),
        rule.method.kind != .unary
      else { continue }
      return bind(rule, segments, query: query, headers)
    }
    guard let rule = streams[String(decoding: path, as: UTF8.self)] else { return .notFound }
    return bind(rule, [], query: query, headers)
  }

  private func call(
    _ rule: Rule, _ segments: [ArraySlice<UInt8>], query: ArraySlice<UInt8>, _ headers: HTTPHeaders
  ) -> RESTMatch {
    guard !rule.isUnavailable else { return .failed(Self.streamsNeedRPC(rule.method.path)) }
    return bind(rule, segments, query: query, headers)
  }

  private func bind(
    _ rule: Rule, _ segments: [ArraySlice<UInt8>], query: ArraySlice<UInt8>, _ headers: HTTPHeaders
  ) -> RESTMatch {
    do {
      let bound = try RequestLine(
        rule, segments: segments, query: query, maxPairs: options.maxQueryPairs)
      return .call(
        TranscodedCall(
          rule: rule, line: bound, headers: headers, errors: errors,
          ignoresUnknownFields: options.ignoresUnknownFields))
    } catch {
      return .failed(error)
    }
  }

  private static func streamsNeedRPC(_ path: String) -> RESTFailure {
    .refused(
      501, .unimplemented, "STREAM_NEEDS_GRPC",
      "\(path.dropFirst()) takes a stream of requests: open a WebSocket here, or call it over gRPC")
  }

  /// The response that tells an error of a request that has no call.
  package func failure(_ failure: RESTFailure) -> RESTResponse {
    errors.response(failure)
  }

  /// The same for an error with the status of its code, unless `status` says another.
  package func failure(_ error: RPCError, status: Int? = nil) -> RESTResponse {
    errors.response(RESTFailure(error, status: status))
  }

  /// The answer for a path nothing serves.
  package func notFound(_ target: String) -> RESTResponse {
    let path = String(Substring(target.utf8.prefix { $0 != UInt8(ascii: "?") }))
      .clipped(toUTF8: 200)
    return failure(
      .refused(404, .notFound, "NO_SUCH_PATH", "nothing is served at \"\(path)\""))
  }

  /// The answer for a path that is served for other methods.
  package func methodNotAllowed(_ method: String, allow: String) -> RESTResponse {
    failure(
      .refused(
        405, .unimplemented, "METHOD_NOT_ALLOWED",
        "the path is served for \(allow), not for \(method.clipped(toUTF8: 20))",
        headers: ["allow": allow]))
  }

  /// Request headers as call metadata, without what belongs to HTTP or to gRPC.
  package static func metadata(_ headers: HTTPHeaders) -> Metadata {
    RESTHeaders.metadata(headers)
  }

  /// What `grpc-timeout` allows the call; nil without one.
  package static func timeout(_ headers: HTTPHeaders) throws(RESTFailure) -> Duration? {
    try RESTHeaders.timeout(headers)
  }
}
