internal import Buffers
internal import HTTP
package import Protobuf
internal import RPCCore

extension TranscodedCall {
  /// The serialized request message. `body` is complete.
  ///
  /// The path wins over nothing: a body that says otherwise is refused. `Idempotency-Key` fills
  /// `request_id`, `If-Match` fills `etag`, `Last-Event-ID` the field to resume behind, and a PATCH
  /// without a mask gets one made of the keys in its body.
  package func request(body: [UInt8]) throws(RESTFailure) -> [UInt8] {
    var message: [UInt8] = []
    var etag = try etag()
    switch rule.body {
    case .none:
      guard body.isEmpty else {
        throw .invalid(
          "UNEXPECTED_BODY", "this method takes no body; one of \(body.count) bytes came")
      }
    case .whole:
      message = try whole(body)
    case .field(let field):
      try append(field, body, etag: &etag, to: &message)
    }
    message += line.outsideBody
    if let tag = etag { try fill("etag", with: tag, header: "if-match", in: &message) }
    if rule.requestID != nil,
      let key = try RESTHeaders.single("idempotency-key", in: headers, maxBytes: 255)
    {
      try fill("request_id", with: key, header: "idempotency-key", in: &message)
    }
    resume(&message)
    return message
  }

  /// The request message; where the body alone says all of it, it is not serialized in between.
  package func requestObject(body: [UInt8]) throws(RESTFailure) -> DynamicMessage {
    if let whole = try wholeRequest(body: body) { return whole }
    let bytes = try request(body: body)
    return try read(under: nil) { (_) throws(ProtobufError) in
      try DynamicMessage(serializedBytes: bytes, type: rule.input)
    }
  }

  private func wholeRequest(body: [UInt8]) throws(RESTFailure) -> DynamicMessage? {
    guard case .whole = rule.body, !body.isEmpty, !line.saysAnything,
      rule.input.fullName != httpBodyName, !Self.additions.contains(where: headers.contains)
    else { return nil }
    try requireJSON()
    return try read(under: nil) { (options) throws(ProtobufError) in
      try DynamicMessage(json: body, type: rule.input, options: options)
    }
  }

  /// Headers that become fields of the request.
  private static let additions = ["if-match", "idempotency-key", "last-event-id"]

  private func whole(_ body: [UInt8]) throws(RESTFailure) -> [UInt8] {
    if rule.input.fullName == httpBodyName { return httpBody(body) }
    guard !body.isEmpty else { return [] }
    try requireJSON()
    if !line.pathValues.isEmpty {
      try BodyCheck.agree(try json(body), line.pathValues)
    }
    return try transcode(body, rule.input, under: nil)
  }

  private func append(
    _ field: FieldType, _ body: [UInt8], etag: inout String?, to message: inout [UInt8]
  ) throws(RESTFailure) {
    guard field.isSingularMessage, let type = field.messageType else {
      guard !body.isEmpty else { return }
      try requireJSON()
      var document = JSONObject()
      document[field.jsonName] = try json(body)
      message += try transcode(JSONValue.object(document).serialized(), rule.input, under: nil)
      return
    }
    var inner: [UInt8] = []
    if type.fullName == httpBodyName {
      inner = httpBody(body)
    } else if !body.isEmpty {
      try requireJSON()
      try checkAndMask(field, body, &message)
      inner = try transcode(body, type, under: field)
    }
    inner += line.insideBody
    if rule.input.singularText("etag") == nil, let tag = etag,
      let target = type.singularText("etag")
    {
      try fill(target, with: tag, header: "if-match", in: &inner)
      etag = nil
    }
    WireFields.append(field.number, inner, to: &message)
  }

  /// Compares the body with the path, and fills the update mask from its keys.
  private func checkAndMask(
    _ field: FieldType, _ body: [UInt8], _ message: inout [UInt8]
  ) throws(RESTFailure) {
    let inside = line.pathValues.filter { $0.path.first.name == field.name }
    let mask = rule.mask.flatMap { isEmptyMask($0) ? $0 : nil }
    guard mask != nil || !inside.isEmpty, let type = field.messageType else { return }
    let document = try json(body)
    try BodyCheck.agree(document, inside.map { ($0.path.belowFirst, $0.text) })
    guard let mask else { return }
    let bound = Set(inside.map { $0.path.belowFirst.name })
    var paths: [UInt8] = []
    for path in BodyCheck.maskPaths(document, type) where path != "etag" && !bound.contains(path) {
      WireFields.append(1, path.utf8, to: &paths)
    }
    WireFields.append(mask.number, paths, to: &message)
  }

  private func isEmptyMask(_ mask: FieldType) -> Bool {
    WireFields.bytes(mask.number, in: line.outsideBody[...])?.isEmpty ?? true
  }

  private func httpBody(_ body: [UInt8]) -> [UInt8] {
    var message: [UInt8] = []
    if let type = headers["content-type"] { WireFields.append(1, type.utf8, to: &message) }
    if !body.isEmpty { WireFields.append(2, body, to: &message) }
    return message
  }

  private func requireJSON() throws(RESTFailure) {
    let given = headers["content-type"]
    // As nearly everybody writes it.
    if given == "application/json", !headers.contains("content-encoding") { return }
    let type = given.map { HTTPParameters($0) }
    let charset = type?["charset"]?.lowercased() ?? "utf-8"
    guard type?.value == "application/json", charset == "utf-8" else {
      throw .refused(
        415, .invalidArgument, "UNSUPPORTED_MEDIA_TYPE",
        "the content type of a body must be application/json",
        headers: ["accept": "application/json"])
    }
    guard headers["content-encoding"]?.lowercased() ?? "identity" == "identity" else {
      throw .refused(
        415, .invalidArgument, "UNSUPPORTED_CODING", "bodies are taken plain or gzipped",
        headers: ["accept-encoding": "gzip, identity"])
    }
  }
}

extension TranscodedCall {
  /// The tag of If-Match without its quotes; nil without one, and for `*`.
  private func etag() throws(RESTFailure) -> String? {
    guard let value = headers["if-match"], value != "*", rule.verb != "GET" else { return nil }
    guard !value.hasPrefix("W/") else {
      throw .refused(412, .aborted, "WEAK_ETAG", "a weak tag in if-match matches nothing")
    }
    let tag = try RESTHeaders.single("if-match", in: headers, maxBytes: 255)
    var types = [rule.input]
    if case .field(let field) = rule.body, let type = field.messageType { types.append(type) }
    guard types.contains(where: { $0.singularText("etag") != nil }) else {
      throw .invalid("UNEXPECTED_IF_MATCH", "this method cannot honour if-match")
    }
    return tag
  }

  private func fill(
    _ name: String, with text: String, header: String, in message: inout [UInt8]
  ) throws(RESTFailure) {
    guard let field = rule.input.singularText(name) else { return }
    try fill(field, with: text, header: header, in: &message)
  }

  /// Sets an empty text field; one that says something else is refused.
  private func fill(
    _ field: FieldType, with text: String, header: String, in message: inout [UInt8]
  ) throws(RESTFailure) {
    let present = WireFields.text(field.number, in: message[...]) ?? ""
    guard present.isEmpty || present == text else {
      throw .invalid(
        "HEADER_CONFLICT", "\"\(field.jsonName)\" and the header \(header) differ",
        field: field.jsonName)
    }
    if present.isEmpty { WireFields.append(field.number, text.utf8, to: &message) }
  }

  private func resume(_ message: inout [UInt8]) {
    guard let field = rule.resume?.request, isServerStreaming,
      let last = headers["last-event-id"].flatMap(Int64.init),
      WireFields.int(field.number, in: message[...]) == 0
    else { return }
    WireFields.append(field.number, varint: UInt64(bitPattern: last), to: &message)
  }

  private func json(_ body: [UInt8]) throws(RESTFailure) -> JSONValue {
    do {
      return try JSONValue(parsing: body)
    } catch {
      throw .invalid("INVALID_JSON", "the body is not JSON: \(error)")
    }
  }

  private func transcode(
    _ json: [UInt8], _ type: MessageType, under field: FieldType?
  ) throws(RESTFailure) -> [UInt8] {
    try read(under: field) { (options) throws(ProtobufError) in
      try transcodeJSONToBinary(json, type: type, options: options)
    }
  }

  /// What `parse` makes of a document; `field` is where that stands in the request, for the paths of
  /// errors.
  private func read<R>(
    under field: FieldType?, _ parse: (JSONOptions) throws(ProtobufError) -> R
  ) throws(RESTFailure) -> R {
    do {
      var options = JSONOptions()
      options.ignoresUnknownFields = ignoresUnknownFields
      return try parse(options)
    } catch {
      let path = [field?.jsonName ?? "", error.path].filter { !$0.isEmpty }.joined(separator: ".")
      let reason = error.kind == .unknownField ? "UNKNOWN_FIELD" : "INVALID_JSON"
      throw .invalid(
        reason, path.isEmpty ? error.message : "\(path): \(error.message)",
        field: path.isEmpty ? nil : path)
    }
  }
}
