internal import Buffers
internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// One route of one method as an OpenAPI operation.
struct OpenAPIOperation {
  let method: MethodDescriptor
  let rule: HTTPRule
  let settings: Settings
  private let number: Int
  /// What the document calls the method's service.
  private let service: String
  private let parsed: OpenAPIPath

  init(
    method: MethodDescriptor, rule: HTTPRule, number: Int, service: String, settings: Settings
  ) throws {
    self.method = method
    self.rule = rule
    self.number = number
    self.service = service
    self.settings = settings
    parsed = try OpenAPIPath(rule.template, in: method.inputType)
  }

  var path: String { parsed.text }

  /// The operation's keys in its path item: one, or all that a rule for any verb serves.
  var verbs: [String] {
    let known = ["get", "put", "post", "delete", "patch"]
    let verb = rule.verb.lowercased()
    if verb == "*" { return known }
    return known.contains(verb) || verb == "options" || verb == "head" || verb == "trace"
      ? [verb] : []
  }

  private var input: Descriptor { method.inputType }

  private var bodyField: FieldDescriptor? { input.fields.first { $0.name == rule.body } }

  /// The field that the answer is, when it is not the whole message.
  var responseField: FieldDescriptor? {
    method.outputType.fields.first { $0.name == rule.responseBody }
  }

  /// The message of a body that is described by reference.
  var requestMessage: Descriptor? {
    guard let type = bodyField?.messageType, bodyField?.isRepeated == false else { return nil }
    return type
  }

  /// Fields whose types the request needs described.
  var requestFields: [FieldDescriptor] {
    let path = parsed.parameters.compactMap(\.fieldPath.last)
    if rule.body == "*" { return path + input.fields }
    return path + queryFields.map(\.leaf) + [bodyField].compactMap { $0 }
  }

  /// The operation under one of its verbs.
  func json(_ schemas: OpenAPISchemas, verb: String) throws -> JSONValue {
    let (summary, description) = Self.split(Comment.flowed(method, fallback: "\(method.name)."))
    var operation = JSONObject()
    operation["tags"] = [.string(service)]
    operation["operationId"] = .string(
      "\(service).\(method.name)" + (number == 0 ? "" : ".\(number)")
        + (verbs.count == 1 ? "" : ".\(verb)"))
    operation["summary"] = .string(summary)
    if !description.isEmpty { operation["description"] = .string(description) }
    if method.options.deprecated { operation["deprecated"] = true }
    let parameters = pathParameters(schemas) + queryParameters(schemas) + headerParameters
    if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
    if let body = requestBody(schemas) { operation["requestBody"] = body }
    operation["responses"] = .object(responses(schemas))
    let fullName = "\(method.service.fullName).\(method.name)"
    if !settings.open.isDisjoint(with: [method.service.fullName, fullName]) {
      operation["security"] = []
    }
    return .object(operation)
  }

  /// The first sentence, and what follows it.
  private static func split(_ text: String) -> (String, String) {
    guard let stop = text.firstRange(of: ". ") else { return (text, "") }
    return (String(text[..<stop.lowerBound]) + ".", String(text[stop.upperBound...]))
  }

  // MARK: Parameters

  private func pathParameters(_ schemas: OpenAPISchemas) -> [JSONValue] {
    parsed.parameters.map { parameter in
      let field = parameter.fieldPath[parameter.fieldPath.count - 1]
      var schema: JSONObject =
        parameter.isWholeField ? schemas.value(field, .request) : ["type": "string"]
      if schema["type"]?.stringValue == "string", schema["pattern"] == nil {
        schema["minLength"] = 1
      }
      var json: JSONObject = ["name": .string(parameter.name), "in": "path", "required": true]
      var text = Comment.flowed(field, fallback: "")
      if parameter.isRest { text += " May be several segments: slashes are part of it." }
      if !text.isEmpty { json["description"] = .string(text) }
      json["schema"] = .object(schema)
      return .object(json)
    }
  }

  /// A field given in the query: the path to it and itself.
  private struct QueryField {
    let name: String
    let leaf: FieldDescriptor
  }

  private var queryFields: [QueryField] {
    guard rule.body != "*" else { return [] }
    return Self.leaves(of: input, under: "", proto: "", skipping: parsed.boundFields, seen: [])
      .filter { $0.name.split(separator: ".").first.map(String.init) != bodyField?.json }
  }

  private static func leaves(
    of message: Descriptor, under prefix: String, proto: String, skipping bound: Set<String>,
    seen: Set<String>
  ) -> [QueryField] {
    message.fields.flatMap { field -> [QueryField] in
      let name = prefix + field.json
      let path = proto + field.name
      guard !bound.contains(path), !field.isMap else { return [] }
      guard let type = field.messageType else { return [QueryField(name: name, leaf: field)] }
      if OpenAPIWellKnown.isQueryable(type) { return [QueryField(name: name, leaf: field)] }
      guard !field.isRepeated, !seen.contains(type.fullName),
        OpenAPIWellKnown.schema(type.fullName) == nil
      else { return [] }
      return leaves(
        of: type, under: name + ".", proto: path + ".", skipping: bound,
        seen: seen.union([message.fullName, type.fullName]))
    }
  }

  private func queryParameters(_ schemas: OpenAPISchemas) -> [JSONValue] {
    queryFields.map { field in
      var json: JSONObject = ["name": .string(field.name), "in": "query"]
      if field.leaf.isRequiredByBehavior { json["required"] = true }
      let text = Comment.flowed(field.leaf, fallback: "")
      if !text.isEmpty { json["description"] = .string(text) }
      json["schema"] = .object(schemas.value(field.leaf, .request))
      return .object(json)
    }
  }

  private var headerParameters: [JSONValue] {
    var headers: [JSONValue] = []
    func add(_ name: String, _ text: String, pattern: String) {
      headers.append([
        "name": .string(name), "in": "header", "description": .string(text),
        "schema": ["type": "string", "pattern": .string(pattern)],
      ])
    }
    let body = rule.body == "*" ? input : requestMessage
    if has(input, "request_id"), rule.body != "" {
      add(
        "Idempotency-Key",
        "The same as `requestId`: the same one again gives the first answer again.",
        pattern: "^[!#-~]{1,255}$")
    }
    let changes = ["PATCH", "PUT"].contains(rule.verb) && body.map { has($0, "etag") } == true
    if changes || rule.verb != "GET" && has(input, "etag") {
      add(
        "If-Match", "The tag that what is changed must still have.", pattern: "^\"[!#-~]{1,250}\"$")
    }
    if rule.verb == "GET", has(method.outputType, "etag") {
      add("If-None-Match", "The tag of an answer the caller has.", pattern: "^\"[!#-~]{1,250}\"$")
    }
    if method.serverStreaming, method.outputType.fullName != "google.api.HttpBody" {
      add("Last-Event-ID", "Takes the stream up behind this event.", pattern: "^[0-9]{1,18}$")
    }
    return headers
  }

  private func has(_ message: Descriptor, _ name: String) -> Bool {
    message.fields.contains { $0.name == name && $0.type == .string && !$0.isRepeated }
  }

  // MARK: Bodies

  private func requestBody(_ schemas: OpenAPISchemas) -> JSONValue? {
    guard !rule.body.isEmpty else { return nil }
    if input.fullName == "google.api.HttpBody" || requestMessage?.fullName == "google.api.HttpBody"
    {
      return ["content": ["*/*": ["schema": [:]]]]
    }
    var schema: JSONObject
    var isRequired = false
    if rule.body == "*" {
      schema = schemas.object(input, .request, without: parsed.boundFields)
      isRequired = schema["required"] != nil
    } else if let field = bodyField {
      let bound = parsed.boundFields.filter { $0.hasPrefix(field.name + ".") }
      let names = Set(bound.map { String($0.dropFirst(field.name.count + 1)) })
      if rule.verb == "PATCH" || !names.isEmpty, let type = requestMessage {
        schema = schemas.object(
          type, .request, without: names, partial: rule.verb == "PATCH")
      } else {
        schema = schemas.value(field, .request)
      }
      isRequired = field.isRequiredByBehavior
    } else {
      return nil
    }
    var body = JSONObject()
    if isRequired { body["required"] = true }
    body["content"] = ["application/json": ["schema": .object(schema)]]
    return .object(body)
  }

  private func responses(_ schemas: OpenAPISchemas) -> JSONObject {
    var all = JSONObject()
    all["200"] = success(schemas)
    if rule.verb == "GET", has(method.outputType, "etag") {
      all["304"] = [
        "description": "The caller has the current answer: If-None-Match names its tag."
      ]
    }
    for (status, reference) in OpenAPIErrors.references(hasBody: !rule.body.isEmpty) {
      all[status] = reference
    }
    return all
  }

  private func success(_ schemas: OpenAPISchemas) -> JSONValue {
    let shown = responseField.map { $0.isRepeated ? nil : $0.messageType } ?? method.outputType
    if shown?.fullName == "google.api.HttpBody" {
      return ["description": "The bytes.", "content": ["*/*": ["schema": [:]]]]
    }
    let schema = JSONValue.object(
      responseField.map { schemas.value($0, .response) }
        ?? schemas.reference(method.outputType, .response))
    guard method.serverStreaming else {
      return ["description": "OK.", "content": ["application/json": ["schema": schema]]]
    }
    return OpenAPIStream.response(of: schema)
  }
}

/// The three forms of a stream's answer.
enum OpenAPIStream {
  static func response(of message: JSONValue) -> JSONValue {
    let error: JSONValue = ["$ref": "#/components/schemas/Error"]
    let result: JSONValue = [
      "type": "object", "required": ["result"], "properties": ["result": message],
    ]
    let end: JSONValue = [
      "type": "object", "required": ["end"], "properties": ["end": ["type": "object"]],
    ]
    let line: JSONValue = ["anyOf": [result, error, end]]
    let lines: JSONValue = [
      "type": "string", "contentMediaType": "application/json", "contentSchema": line,
      "description": "A line for each message, and a last one, `end` or `error`.",
    ]
    let events: JSONValue = [
      "type": "string", "contentMediaType": "application/json", "contentSchema": message,
      "description": "An event for each message, and a last one, `end` or `error`.",
    ]
    return [
      "description": "Messages as they come, in the form Accept asks for; lines without it.",
      "content": [
        "application/x-ndjson": ["schema": lines], "text/event-stream": ["schema": events],
        "application/json": [
          "schema": ["type": "array", "items": ["anyOf": [message, error]]]
        ],
      ],
    ]
  }
}
