internal import Protobuf
package import RPCCore

/// The messages of a call that has a WebSocket to itself.
extension TranscodedCall {
  /// The serialized request of a binary message: the binary form of what the rule takes as body, or
  /// the data of an HttpBody.
  package func request(binary bytes: [UInt8]) throws(RESTFailure) -> [UInt8] {
    switch rule.body {
    case .none:
      throw .invalid("UNEXPECTED_BODY", "this method takes no messages of the client")
    case .whole:
      return try whole(inner(bytes, rule.input), rule.input, before: line.outsideBody)
    case .field(let field):
      guard field.isSingularMessage, let type = field.messageType else {
        throw .invalid(
          "UNEXPECTED_BINARY", "\"\(field.jsonName)\" is no message: send it as JSON",
          field: field.jsonName)
      }
      var message: [UInt8] = []
      let body = try whole(inner(bytes, type), type, before: line.insideBody)
      WireFields.append(field.number, body, to: &message)
      return message + line.outsideBody
    }
  }

  /// A message and the fields of the path behind it. One that ends in the middle of a field would
  /// take those for its own, so it is refused.
  private func whole(
    _ message: [UInt8], _ type: MessageType, before fields: [UInt8]
  ) throws(RESTFailure) -> [UInt8] {
    guard !fields.isEmpty else { return message }
    do {
      _ = try DynamicMessage(serializedBytes: message, type: type)
    } catch {
      throw .invalid("INVALID_BINARY", "the message does not decode: \(error.message)")
    }
    return message + fields
  }

  private func inner(_ bytes: [UInt8], _ type: MessageType) -> [UInt8] {
    guard type.fullName == httpBodyName else { return bytes }
    var message: [UInt8] = []
    WireFields.append(2, bytes, to: &message)
    return message
  }

  /// A response as a record, `{"result":{…}}`; nil when it is raw bytes, which `data` gives.
  package func record(_ message: [UInt8]) throws(RESTFailure) -> [UInt8]? {
    rule.output.isRaw ? nil : Record.result(try rule.output.json(unpack(message)))
  }

  /// The bytes of a response that is an HttpBody.
  package func data(_ message: [UInt8]) throws(RESTFailure) -> [UInt8] {
    try rule.output.raw(unpack(message)).data
  }

  /// The last record: `{"end":{}}`, or `{"error":{…}}` as in the answer to a failed call.
  package func endRecord(_ error: RPCError?) -> [UInt8] {
    error.map { errors.record($0) } ?? Record.end
  }
}
