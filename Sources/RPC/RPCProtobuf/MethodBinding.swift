public import Protobuf
public import RPCCore

/// One REST route of a method, as `google.api.http` gives it.
public struct HTTPRule: Sendable, Hashable {
  /// Upper case; `*` for any verb.
  public let verb: String
  /// The path template, `/api/v1/agents/{id}`.
  public let template: String
  /// The field the body is, `*` for the whole request, empty for no body.
  public let body: String
  /// The field of the response that is sent, empty for all of it.
  public let responseBody: String

  /// A route from the parts of the annotation.
  public init(_ verb: String, _ template: String, body: String = "", responseBody: String = "") {
    self.verb = verb
    self.template = template
    self.body = body
    self.responseBody = responseBody
  }
}

/// What the edges know of a method: its name, its types and its routes.
public struct MethodBinding: Sendable {
  /// The method's name and shape.
  public let method: MethodDescriptor
  /// The type of its requests.
  public let input: MessageType
  /// The type of its responses.
  public let output: MessageType
  /// The main route and then the additional ones; empty when the method has none.
  public let http: [HTTPRule]

  /// A binding; generated code makes them.
  public init(
    method: MethodDescriptor, input: MessageType, output: MessageType, http: [HTTPRule]
  ) {
    self.method = method
    self.input = input
    self.output = output
    self.http = http
  }
}

/// What the edges know of a service.
public struct ServiceBinding: Sendable {
  /// With the package.
  public let name: String
  /// The file that declares the service; reflection starts there.
  public let file: FileDescriptor
  /// In the order they are declared.
  public let methods: [MethodBinding]

  /// A binding; generated code makes them.
  public init(name: String, file: FileDescriptor, methods: [MethodBinding]) {
    self.name = name
    self.file = file
    self.methods = methods
  }
}
