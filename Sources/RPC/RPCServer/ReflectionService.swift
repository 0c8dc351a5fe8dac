internal import Protobuf
internal import RPCCore
internal import RPCProtobuf
internal import Schema
internal import Services

/// grpc.reflection.v1 and, with the same messages, v1alpha: tells clients the protos of the server.
struct ReflectionService: RPCService {
  private typealias Request = Grpc.Reflection.V1.ServerReflectionRequest
  private typealias Response = Grpc.Reflection.V1.ServerReflectionResponse

  private let index: ReflectionIndex

  init(_ index: ReflectionIndex) { self.index = index }

  var handlers: [MethodHandler] {
    let methods = [
      Grpc.Reflection.V1.ServerReflectionBinding.serverReflectionInfo.method,
      Grpc.Reflection.V1alpha.ServerReflectionBinding.serverReflectionInfo.method,
    ]
    return methods.map { method in
      .bidirectional(
        method, in: MessageCodec<Request>.protobuf, out: MessageCodec<Response>.protobuf
      ) { requests, responses, _ in
        var sent: Set<String> = []
        for try await request in requests {
          try await responses.send(answer(request, &sent))
        }
      }
    }
  }

  /// `sent` names the files this stream has had already; only the one asked for is repeated.
  private func answer(_ request: Request, _ sent: inout Set<String>) throws -> Response {
    var response = Response()
    response.validHost = request.host
    response.originalRequest = request
    switch request.messageRequest {
    case .fileByFilename(let name)?:
      response.messageResponse = files(index.file(named: name), &sent)
    case .fileContainingSymbol(let symbol)?:
      response.messageResponse = files(index.file(containing: symbol), &sent)
    case .fileContainingExtension(let wanted)?:
      let file = index.file(extending: wanted.containingType, number: Int(wanted.extensionNumber))
      response.messageResponse = files(file, &sent)
    case .allExtensionNumbersOfType(let type)?: response.messageResponse = numbers(of: type)
    case .listServices?: response.messageResponse = services()
    case nil:
      throw RPCError(.invalidArgument, "the reflection request asks for nothing")
    }
    return response
  }

  private func files(
    _ file: FileDescriptor?, _ sent: inout Set<String>
  ) -> Response.MessageResponse {
    guard let file else { return notFound() }
    var files = Grpc.Reflection.V1.FileDescriptorResponse()
    files.fileDescriptorProto = [file.serialized]
    sent.insert(file.name)
    for other in file.closure.reversed() where sent.insert(other.name).inserted {
      files.fileDescriptorProto.append(other.serialized)
    }
    return .fileDescriptorResponse(files)
  }

  private func numbers(of type: String) -> Response.MessageResponse {
    guard let found = index.extensionNumbers(of: type) else { return notFound() }
    var numbers = Grpc.Reflection.V1.ExtensionNumberResponse()
    numbers.baseTypeName = type
    numbers.extensionNumber = found.map { Int32(truncatingIfNeeded: $0) }
    return .allExtensionNumbersResponse(numbers)
  }

  private func services() -> Response.MessageResponse {
    var list = Grpc.Reflection.V1.ListServiceResponse()
    list.service = index.services.map { name in
      var service = Grpc.Reflection.V1.ServiceResponse()
      service.name = name
      return service
    }
    return .listServicesResponse(list)
  }

  private func notFound() -> Response.MessageResponse {
    var error = Grpc.Reflection.V1.ErrorResponse()
    error.errorCode = Int32(StatusCode.notFound.rawValue)
    error.errorMessage = "this server does not know it"
    return .errorResponse(error)
  }
}

/// The services every server has.
enum StandardServices {
  static let bindings = [
    Grpc.Health.V1.HealthBinding.binding,
    Grpc.Reflection.V1.ServerReflectionBinding.binding,
    Grpc.Reflection.V1alpha.ServerReflectionBinding.binding,
  ]

  /// Health and reflection for a server of `bindings`, outside its interceptors.
  static func handlers(health: HealthService, bindings: [ServiceBinding]) -> [MethodHandler] {
    let index = ReflectionIndex(bindings + Self.bindings)
    return HealthEndpoint(health: health).handlers + ReflectionService(index).handlers
  }
}
