import Protobuf
import RPCCore
import RPCProtobuf
import Schema
import VoiceAPI

/// Answers 4,000 bytes, compressed as `x-wish` says.
struct SayService: RPCService {
  static let unary = "/test.Say/Once"
  static let stream = "/test.Say/Stream"
  typealias Message = Google.Rpc.ErrorInfo
  static let once = MethodDescriptor(service: "test.Say", name: "Once", kind: .unary)
  static let often = MethodDescriptor(service: "test.Say", name: "Stream", kind: .serverStreaming)
  static let binding = ServiceBinding(
    name: "test.Say", file: Payaid.Voice.V1.LiveServiceBinding.binding.file,
    methods: [
      MethodBinding(
        method: once, input: Message.messageType, output: Message.messageType,
        http: [HTTPRule("POST", "/v1/say", body: "*")]),
      MethodBinding(
        method: often, input: Message.messageType, output: Message.messageType, http: []),
    ])

  private static func obey(_ context: RPCContext) -> Message {
    switch context.metadata["x-wish"] {
    case "yes": context.compressesResponses = true
    case "no": context.compressesResponses = false
    default: break
    }
    return .with { $0.reason = String(repeating: "a", count: 4_000) }
  }

  var handlers: [MethodHandler] {
    [
      .unary(Self.once, in: .protobuf, out: .protobuf) { (_: Message, context) in
        Self.obey(context)
      },
      .serverStreaming(Self.often, in: .protobuf, out: .protobuf) {
        (_: Message, responses: Outbound<Message>, context) in
        try await responses.send(Self.obey(context))
      },
    ]
  }
}
