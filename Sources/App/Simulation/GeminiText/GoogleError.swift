package import Buffers

/// An error as Google's REST services write it.
package struct GoogleError: Error, Sendable, Equatable {
  /// The HTTP status.
  package let code: Int
  /// What was wrong, in the service's words.
  package let message: String
  /// `google.rpc` messages with their `@type`.
  package let details: [JSONValue]

  /// An error with the status name that belongs to `code`.
  package init(_ code: Int, _ message: String, details: [JSONValue] = []) {
    self.code = code
    self.message = message
    self.details = details
  }

  /// Status names by HTTP status.
  private static let names: [Int: String] = [
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
    409: "ABORTED", 429: "RESOURCE_EXHAUSTED", 499: "CANCELLED", 500: "INTERNAL",
    501: "UNIMPLEMENTED", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
  ]

  /// The name of a `google.rpc.Code`.
  package var status: String { Self.names[code] ?? "UNKNOWN" }

  /// The body of the answer.
  package var json: JSONValue {
    var error: JSONObject = [
      "code": .int(code), "message": .string(message), "status": .string(status),
    ]
    if !details.isEmpty { error["details"] = .array(details) }
    return ["error": .object(error)]
  }

  /// 400 with a message alone.
  static func invalidArgument(_ message: String) -> GoogleError { GoogleError(400, message) }

  /// 400 for a field of a well-formed request; `field` is its path below the request.
  static func invalid(_ field: String, _ problem: String) -> GoogleError {
    invalidArgument("* GenerateContentRequest.\(field): \(problem)\n")
  }

  /// 400 for fields that the JSON reader refuses; an empty path is the request itself.
  static func violations(_ violations: [(field: String, description: String)]) -> GoogleError {
    let fields = violations.map { field, description in
      var violation: JSONObject = field.isEmpty ? [:] : ["field": .string(field)]
      violation["description"] = .string(description)
      return JSONValue.object(violation)
    }
    return GoogleError(
      400, violations.map(\.description).joined(separator: "\n"),
      details: [typed("BadRequest", ["fieldViolations": .array(fields)])])
  }

  /// A detail of `google.rpc`.
  static func typed(_ name: String, _ members: JSONObject) -> JSONValue {
    var detail: JSONObject = ["@type": .string("type.googleapis.com/google.rpc." + name)]
    for (key, value) in members { detail[key] = value }
    return .object(detail)
  }
}
