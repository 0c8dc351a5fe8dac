internal import Protobuf
package import RPCCore
package import RPCProtobuf

/// Turns a client's messages into the binary ones handlers speak, and back, by the descriptors.
package struct PayloadCodec: Sendable {
  private let codec: Codec
  private let binding: MethodBinding?

  /// Nil when the codec is JSON and nothing is known of the method's types.
  package init?(_ codec: Codec, _ binding: MethodBinding?) {
    guard codec == .proto || binding != nil else { return nil }
    self.codec = codec
    self.binding = binding
  }

  private init() {
    codec = .proto
    binding = nil
  }

  /// Whether messages are read, and not taken as they are.
  package var isJSON: Bool { codec == .json }

  /// Messages as they are.
  package static let bytes = PayloadCodec()

  /// The message's binary form. Unknown JSON fields are refused, as on the REST edge; the error
  /// names the field and is `invalidArgument`.
  package func request(_ bytes: [UInt8]) throws(RPCError) -> [UInt8] {
    guard codec == .json, let binding else { return bytes }
    do {
      return try transcodeJSONToBinary(bytes, type: binding.input)
    } catch {
      throw RPCError(.invalidArgument, "the message is not JSON of its type: \(error)")
    }
  }

  /// The message in the client's codec.
  package func response(_ message: [UInt8]) throws(RPCError) -> [UInt8] {
    guard codec == .json, let binding else { return message }
    do {
      return try transcodeBinaryToJSON(message, type: binding.output)
    } catch {
      throw RPCError(.internal, "the response has no JSON form", cause: error)
    }
  }
}
