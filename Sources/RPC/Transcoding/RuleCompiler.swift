internal import Protobuf
internal import RPCCore
internal import RPCProtobuf

/// Checks a declared rule against its method's types. What it refuses could never work, so a
/// server with such a rule does not start.
struct RuleCompiler {
  let binding: MethodBinding

  func compile(_ rule: HTTPRule) throws(TranscodingError) -> Rule {
    do {
      return try resolved(rule)
    } catch {
      throw error.naming(binding.method.fullName, "\(rule.verb) \(rule.template)")
    }
  }

  private func resolved(_ rule: HTTPRule) throws(TranscodingError) -> Rule {
    guard rule.verb == "*" || rule.verb.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
      throw TranscodingError(.deadRule, "no request has the method \"\(rule.verb)\"")
    }
    let template = try PathTemplate(rule.template)
    var variables: [FieldPath] = []
    for variable in template.variables { variables.append(try path(variable)) }
    let body = try self.body(rule, variables)
    let output = ResponseShape(type: binding.output, field: try responseField(rule))
    return Rule(
      binding.method, input: binding.input, verb: rule.verb, template: template,
      variables: variables, body: body, output: output)
  }

  private func path(_ variable: PathTemplate.Variable) throws(TranscodingError) -> FieldPath {
    let path: FieldPath
    do {
      path = try FieldPath(variable.fieldPath, in: binding.input, declared: true)
    } catch {
      throw TranscodingError(.field, "variable \"\(variable.name)\" \(error.message)")
    }
    guard !path.leaf.isRepeated, !path.leaf.isMap, path.leaf.kind != .message else {
      throw TranscodingError(
        .field, "variable \"\(variable.name)\" is a message, a map or repeated")
    }
    return path
  }

  private func body(
    _ rule: HTTPRule, _ variables: [FieldPath]
  ) throws(TranscodingError) -> Rule.Body {
    let name = rule.body
    guard !name.isEmpty else {
      // The messages of a stream have no other place.
      let kind = binding.method.kind
      return kind == .clientStreaming || kind == .bidirectional ? .whole : .none
    }
    guard rule.verb != "GET", rule.verb != "HEAD" else {
      throw TranscodingError(.deadRule, "\(rule.verb) has no body to put into \"\(name)\"")
    }
    if name == "*" { return .whole }
    guard let field = binding.input.field(declared: name) else {
      throw TranscodingError(.field, "body \"\(name)\" names no field of \(binding.input.fullName)")
    }
    for variable in variables where variable.fields.count == 1 && variable.first.name == field.name
    {
      throw TranscodingError(.field, "body \"\(name)\" is bound by the path too")
    }
    if field.messageType?.fullName == httpBodyName, !field.isSingularMessage {
      throw TranscodingError(.field, "body \"\(name)\" is a repeated HttpBody")
    }
    return .field(field)
  }

  private func responseField(_ rule: HTTPRule) throws(TranscodingError) -> FieldType? {
    let name = rule.responseBody
    guard !name.isEmpty else { return nil }
    guard let field = binding.output.field(declared: name) else {
      throw TranscodingError(
        .field, "response_body \"\(name)\" names no field of \(binding.output.fullName)")
    }
    return field
  }
}
