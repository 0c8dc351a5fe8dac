internal import Protobuf
internal import RPCCore

/// One HTTP rule of one method, with its names resolved.
final class Rule: Sendable {
  enum Body: Sendable {
    /// The rule takes no body.
    case none
    /// The body is the whole request.
    case whole
    /// The body is one field of the request.
    case field(FieldType)
  }

  let method: MethodDescriptor
  let input: MessageType
  let verb: String
  let template: PathTemplate
  /// In the order of the template's variables.
  let variables: [FieldPath]
  let body: Body
  let output: ResponseShape
  /// The request's one FieldMask field, when a PATCH may fill it.
  let mask: FieldType?
  /// The request's field `request_id`.
  let requestID: FieldType?
  /// Streams that can be resumed: `after_x` of the request takes up behind `x` of a response.
  let resume: (request: FieldType, response: FieldType)?

  init(
    _ method: MethodDescriptor, input: MessageType, verb: String, template: PathTemplate,
    variables: [FieldPath], body: Body, output: ResponseShape
  ) {
    self.method = method
    self.input = input
    self.verb = verb
    self.template = template
    self.variables = variables
    self.body = body
    self.output = output
    mask = Self.mask(of: input, verb: verb, body: body)
    requestID = input.singularText("request_id")
    resume = Self.resume(from: output, in: input)
  }

  /// The rule as its method declares it, for errors.
  var text: String { "\(verb) \(template.text)" }

  /// Streams of requests have no REST form.
  var isUnavailable: Bool {
    method.kind == .clientStreaming || method.kind == .bidirectional
  }

  private static func mask(of input: MessageType, verb: String, body: Body) -> FieldType? {
    guard verb == "PATCH", case .field(let field) = body, field.isSingularMessage else {
      return nil
    }
    let masks = input.fields.filter {
      $0.messageType?.fullName == "google.protobuf.FieldMask" && !$0.isRepeated
    }
    return masks.count == 1 ? masks[0] : nil
  }

  private static func resume(
    from output: ResponseShape, in input: MessageType
  ) -> (request: FieldType, response: FieldType)? {
    guard output.field == nil else { return nil }
    for field in output.type.fields where field.kind == .int64 && !field.isRepeated {
      if let after = input.field(named: "after_" + field.name), after.kind == .int64,
        !after.isRepeated
      {
        return (after, field)
      }
    }
    return nil
  }
}
