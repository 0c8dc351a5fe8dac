internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// One method of a client: the request is taken apart into path, query and body by its route.
struct TypeScriptMethod {
  let method: MethodDescriptor
  let rule: HTTPRule
  let types: TypeScriptTypes

  private var input: Descriptor { method.inputType }
  private var bodyField: FieldDescriptor? { input.fields.first { $0.name == rule.body } }

  /// Whether a request that is repeated must be known for the same one.
  private var hasKey: Bool {
    rule.verb != "GET" && !rule.body.isEmpty
      && input.fields.contains { $0.name == "request_id" && $0.type == .string }
  }

  func write(_ text: inout SourceText) throws {
    let path = try OpenAPIPath(rule.template, in: input)
    let bound = path.parameters.map(\.fieldPath)
    text.block(signature + " {") { text in
      let rest = unpack(bound)
      let isWhole = rest.count == 1 && rest[0].hasPrefix("...")
      if !rest.isEmpty, !isWhole {
        text.line("const { \(rest.joined(separator: ", ")) } = request;")
      }
      text.block("return this.transport.\(verb)({", close: "}, options);") { text in
        text.line("method: \"\(rule.verb)\",")
        text.line("path: `\(template(path))`,")
        if rule.body != "*", input.fields.contains(where: { !isTaken($0, bound) }) {
          text.line(isWhole ? "query: request," : "query,")
        }
        if rule.body == "*" { text.line(isWhole ? "body: request," : "body,") }
        if let field = bodyField { text.line("body: \(field.json),") }
        if hasKey { text.line("key: requestId ?? newKey(),") }
      }
    }
  }

  /// How the transport carries it.
  private var verb: String {
    if isBytes { return "bytes" }
    return "\(method.serverStreaming ? "stream" : "unary")<\(types.name(method.outputType))>"
  }

  /// Whether a body is the answer as it is, in however many messages.
  private var isBytes: Bool { method.outputType.fullName == "google.api.HttpBody" }

  private var signature: String {
    let name = method.memberName
    // A request without a required member can be left out.
    let isOptional = !input.fields.contains { $0.isRequiredByBehavior }
    let answer = types.name(method.outputType)
    let result =
      method.serverStreaming && !isBytes
      ? "AsyncGenerator<\(answer), void, undefined>" : "Promise<\(answer)>"
    let parameter = input.fields.isEmpty ? "_request" : "request"
    return "\(name)(\(parameter): \(types.name(input))\(isOptional ? " = {}" : ""), "
      + "options?: CallOptions): \(result)"
  }

  /// Whether path, body or header have the whole field.
  private func isTaken(_ field: FieldDescriptor, _ bound: [[FieldDescriptor]]) -> Bool {
    field.name == rule.body || hasKey && field.name == "request_id"
      || bound.contains { $0.count == 1 && $0[0].name == field.name }
  }

  /// The pattern that takes the request apart; empty for a request without fields.
  private func unpack(_ bound: [[FieldDescriptor]]) -> [String] {
    var parts: [String] = []
    for field in input.fields where isTaken(field, bound) && field.name != rule.body {
      parts.append(field.json)
    }
    if let field = bodyField {
      let inner = bound.filter { $0.count == 2 && $0[0].name == field.name }.map { $0[1].json }
      let names = (inner + ["...\(field.json)"]).joined(separator: ", ")
      // One that may be missing is taken for an empty one, whose path then lacks a part.
      let fallback = field.isRequiredByBehavior ? "" : " = {}"
      parts.append(inner.isEmpty ? field.json : "\(field.json): { \(names) }\(fallback)")
    }
    if rule.body == "*" { return parts + ["...body"] }
    let hasQuery = input.fields.contains { !isTaken($0, bound) }
    return hasQuery ? parts + ["...query"] : parts
  }

  private func template(_ path: OpenAPIPath) -> String {
    path.parameters.reduce(path.text) { text, parameter in
      text.replacing(
        "{\(parameter.name)}", with: "${segment(\(parameter.fieldPath.last?.json ?? ""))}")
    }
  }
}

/// A method with a stream of requests: messages both ways for as long as it lasts.
struct TypeScriptDuplex {
  let method: MethodDescriptor
  let types: TypeScriptTypes

  func write(_ text: inout SourceText) {
    let (input, output) = (types.name(method.inputType), types.name(method.outputType))
    let path = "/\(method.service.fullName)/\(method.name)"
    text.block("\(method.memberName)(options?: CallOptions): Duplex<\(input), \(output)> {") {
      text in
      text.line("return this.transport.duplex<\(input), \(output)>(\"\(path)\", options);")
    }
  }
}

extension MethodDescriptor {
  /// What it is called in a class.
  fileprivate var memberName: String { name.prefix(1).lowercased() + name.dropFirst() }
}
