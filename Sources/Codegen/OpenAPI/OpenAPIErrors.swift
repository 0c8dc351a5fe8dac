internal import Buffers

/// What a call answers when it fails: one form, AIP-193's, with the status of the error's code.
enum OpenAPIErrors {
  /// Statuses any operation may have, and those of bodies.
  static let always = [400, 401, 403, 404, 408, 409, 412, 413, 414, 429, 499, 500, 501, 503, 504]
  static let withBody = [415]

  private static let meanings: [(status: Int, name: String, text: String)] = [
    (400, "BadRequest", "The request, or the state of what it is about, does not allow it."),
    (401, "Unauthenticated", "No key or token that is known."),
    (403, "PermissionDenied", "The caller may not do this."),
    (404, "NotFound", "There is no such thing, or it is not the caller's."),
    (408, "RequestTimeout", "The request's body took too long to come."),
    (409, "Conflict", "It exists already, or has changed meanwhile."),
    (412, "PreconditionFailed", "The tag in If-Match is not the current one."),
    (413, "ContentTooLarge", "The body is too large."),
    (414, "UriTooLong", "Path and query are too long."),
    (415, "UnsupportedMediaType", "The body is of no type, or in no coding, this method takes."),
    (429, "ResourceExhausted", "A limit is reached; Retry-After says when to try again."),
    (499, "Cancelled", "The caller gave the call up."),
    (500, "Internal", "The server failed; the request id finds it in the log."),
    (501, "Unimplemented", "This server does not serve the method."),
    (503, "Unavailable", "The server cannot serve now; try again."),
    (504, "DeadlineExceeded", "The call's deadline passed first."),
  ]

  static func references(hasBody: Bool) -> [(String, JSONValue)] {
    let statuses = Set(always + (hasBody ? withBody : []))
    return meanings.filter { statuses.contains($0.status) }.map { meaning in
      ("\(meaning.status)", ["$ref": .string("#/components/responses/\(meaning.name)")])
    }
  }

  static var responses: JSONObject {
    JSONObject(
      meanings.map { meaning in
        let schema: JSONValue = ["$ref": "#/components/schemas/Error"]
        return (
          meaning.name,
          [
            "description": .string(meaning.text),
            "content": ["application/json": ["schema": schema]],
          ]
        )
      })
  }

  /// `{"error":{"code":404,"status":"NOT_FOUND","message":"…","details":[…]}}`.
  static let schema: JSONValue = [
    "type": "object", "description": "A failed call.", "required": ["error"],
    "additionalProperties": false,
    "properties": [
      "error": [
        "type": "object", "required": ["code", "status", "message"],
        "additionalProperties": false,
        "properties": [
          "code": ["type": "integer", "description": "The HTTP status."],
          "status": [
            "type": "string", "description": "The name of the code of google.rpc.Code.",
            "pattern": "^[A-Z_]+$",
          ],
          "message": ["type": "string", "description": "For developers, in English."],
          "details": [
            "type": "array",
            "description":
              "google.rpc.ErrorInfo with a reason, BadRequest with fields, and others.",
            "items": [
              "type": "object", "required": ["@type"], "additionalProperties": true,
              "properties": ["@type": ["type": "string"]],
            ],
          ],
        ],
      ]
    ],
  ]
}
