extension JSONPrinter {
  /// The special form of a well-known type.
  mutating func wellKnown(
    _ special: WellKnown, _ view: CView, depth: Int
  ) throws(ProtobufError) {
    switch special {
    case .any: try any(view, depth: depth)
    case .timestamp: try timestamp(view.int64(1), view.int32(2))
    case .duration: try duration(view.int64(1), view.int32(2))
    case .fieldMask: try fieldMask(view)
    case .wrapper:
      guard let field = view.type.field(number: 1) else { return }
      try unsafe value(field, view.slot(field, 0), depth: depth)
    case .structure:
      guard let field = view.type.field(number: 1) else { return }
      try map(field, view, view.count(field), depth: depth)
    case .listValue:
      guard let field = view.type.field(number: 1) else { return }
      try list(field, view, view.count(field), depth: depth)
    case .value: try anyValue(view, depth: depth)
    }
  }

  private mutating func fieldMask(_ view: CView) throws(ProtobufError) {
    guard let paths = view.type.field(number: 1) else { return }
    var text: [UInt8] = []
    for index in 0..<view.count(paths) {
      let path = unsafe String(decoding: CView.bytes(view.slot(paths, index)), as: UTF8.self)
      if index > 0 { text.append(UInt8(ascii: ",")) }
      text += try FieldMasks.camel(path).utf8
    }
    // A path is the peer's text: it may hold a quote.
    string(text)
  }

  private mutating func anyValue(_ view: CView, depth: Int) throws(ProtobufError) {
    let presences = unsafe view.type.presences
    guard let field = unsafe presences.first(where: { unsafe $0.count(in: view.c) > 0 })?.field
    else {
      throw ProtobufError(.unrepresentable, "a google.protobuf.Value has no kind set")
    }
    // A number here would be the number of a Value.
    if field.takesNull { return raw("null") }
    if field.kind == .double {
      let number = unsafe view.slot(field, 0).load(as: Double.self)
      guard number.isFinite else {
        throw ProtobufError(.unrepresentable, "a google.protobuf.Value holds NaN or an infinity")
      }
    }
    try unsafe value(field, view.slot(field, 0), depth: depth)
  }

  private mutating func any(_ view: CView, depth: Int) throws(ProtobufError) {
    guard let urlField = view.type.field(number: 1), let bytesField = view.type.field(number: 2)
    else { return }
    let url = unsafe String(decoding: CView.bytes(view.slot(urlField, 0)), as: UTF8.self)
    let bytes = unsafe CView.bytes(view.slot(bytesField, 0))
    if url.isEmpty {
      guard bytes.count == 0 else { throw ProtobufError(.unrepresentable, "an Any has no type") }
      return raw("{}")
    }
    guard let type = types.message(url: url) else {
      throw ProtobufError(.unrepresentable, "an Any holds a type that is not known here")
    }
    raw("{\"@type\":")
    string(Array(url.utf8))
    try unsafe content(UnsafeRawBufferPointer(bytes), type, depth: depth + 1)
    raw("}")
  }

  /// What an `Any` holds; `bytes` are those of the message around it, which outlives this.
  private mutating func content(
    _ bytes: UnsafeRawBufferPointer, _ type: MessageType, depth: Int
  ) throws(ProtobufError) {
    let limits = DecodingLimits(depth: options.depth, memory: memory)
    let unpacked = try unsafe Unpacked(lent: bytes, type, limits, checksUTF8: true)
    let taken = unpacked.arena.taken
    memory -= taken
    defer {
      memory += taken
      extendLifetime(unpacked)
    }
    let view = unsafe CView(UnsafeRawPointer(unpacked.c), MessageHandle(type))
    if type.wellKnown != nil {
      raw(",\"value\":")
      return try message(view, depth: depth)
    }
    guard depth <= options.depth else { throw .tooDeep(options.depth) }
    var isFirst = false
    try fields(view, depth: depth, isFirst: &isFirst)
  }
}
