package import RPCCore
internal import RPCProtobuf
internal import VoiceAPI

/// The agent service as it is served: what GetAgent answers is packed once for each revision of an
/// agent, not for each call.
package struct PackedAgents: RPCService {
  package let handlers: [MethodHandler]

  /// Serves `service`.
  package init(_ service: AgentService) {
    let method = Payaid.Voice.V1.AgentServiceBinding.getAgent.method
    let packed = MethodHandler.unary(method, in: .protobuf, out: .packed()) {
      try await service.packedAgent($0, $1)
    }
    handlers = service.handlers.map { $0.descriptor.path == method.path ? packed : $0 }
  }
}
