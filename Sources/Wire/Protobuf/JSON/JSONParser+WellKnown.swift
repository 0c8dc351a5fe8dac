extension JSONParser {
  /// The special form of a well-known type.
  mutating func wellKnown(
    _ special: WellKnown, _ type: MessageHandle, _ c: UnsafeMutableRawPointer, depth: Int
  ) throws(ProtobufError) {
    switch special {
    case .any: try unsafe any(type, c, depth: depth)
    case .timestamp:
      try expectString("a timestamp")
      let time = try unsafe reader.withString { (text) throws(ProtobufError) in
        try unsafe Timestamps.parse(text)
      }
      try unsafe seconds(time, type, c)
    case .duration:
      try expectString("a duration")
      let time = try unsafe reader.withString { (text) throws(ProtobufError) in
        try unsafe Durations.parse(text)
      }
      try unsafe seconds(time, type, c)
    case .fieldMask: try unsafe fieldMask(type, c)
    case .wrapper:
      try unsafe value(member(1, of: type), c + member(1, of: type).offset, depth: depth)
    case .structure: try unsafe map(member(1, of: type), c, depth: depth)
    case .listValue: try unsafe list(member(1, of: type), c, depth: depth)
    case .value: try unsafe anyValue(type, c, depth: depth)
    }
  }

  private mutating func expectString(_ what: StaticString) throws(ProtobufError) {
    guard try reader.peek() == .string else { throw .json("expected \(what) in a string") }
  }

  private func member(_ number: Int, of type: MessageHandle) throws(ProtobufError) -> FieldHandle {
    guard let field = type.field(number: number) else {
      throw .malformed("\(type.fullName) is not the well-known type")
    }
    return field
  }

  private func seconds(
    _ time: (seconds: Int64, nanos: Int32), _ type: MessageHandle, _ c: UnsafeMutableRawPointer
  ) throws(ProtobufError) {
    let offsets = (try member(1, of: type).offset, try member(2, of: type).offset)
    unsafe c.storeBytes(of: time.seconds, toByteOffset: offsets.0, as: Int64.self)
    unsafe c.storeBytes(of: time.nanos, toByteOffset: offsets.1, as: Int32.self)
  }

  private mutating func fieldMask(
    _ type: MessageHandle, _ c: UnsafeMutableRawPointer
  ) throws(ProtobufError) {
    let paths = try member(1, of: type)
    try expectString("a field mask")
    for path in try FieldMasks.parse(reader.string()) {
      try unsafe builder.store(path.utf8, in: builder.slot(c, paths))
    }
  }

  /// `google.protobuf.Value`: fields 1 to 6 are null, number, string, bool, object, list.
  private mutating func anyValue(
    _ type: MessageHandle, _ c: UnsafeMutableRawPointer, depth: Int
  ) throws(ProtobufError) {
    let number: Int
    switch try reader.peek() {
    case .null: number = 1
    case .number: number = 2
    case .string: number = 3
    case .true, .false: number = 4
    case .object: number = 5
    case .array: number = 6
    }
    let field = try member(number, of: type)
    try unsafe value(field, builder.slot(c, field), depth: depth)
  }

  /// `{"@type": url, …}` with the member anywhere: it is looked up first, then the object is read
  /// from its beginning.
  private mutating func any(
    _ type: MessageHandle, _ c: UnsafeMutableRawPointer, depth: Int
  ) throws(ProtobufError) {
    guard try reader.peek() == .object else { throw .json("expected an object") }
    let start = reader.offset
    guard let url = try typeURL(depth: depth) else { return }
    guard let inner = types.message(url: url).map({ MessageHandle($0) }) else {
      throw .json("\"@type\" names a type that is not known here")
    }
    reader.offset = start
    let made = try unsafe builder.message(inner)
    try unsafe content(of: inner, made, depth: depth + 1)
    var bytes: [UInt8] = []
    unsafe Packer.pack(made, appendingTo: &bytes)
    try unsafe builder.store(url.utf8, in: c + member(1, of: type).offset)
    try unsafe builder.store(bytes, in: c + member(2, of: type).offset)
  }

  /// The `"@type"` of the object that begins here; nil for one without members, which is read.
  private mutating func typeURL(depth: Int) throws(ProtobufError) -> String? {
    try reader.expect(UInt8(ascii: "{"))
    if reader.skip(UInt8(ascii: "}")) { return nil }
    repeat {
      let start = reader.offset
      let name = try reader.string()
      try reader.expect(UInt8(ascii: ":"))
      if name == "@type" {
        guard try reader.peek() == .string else { throw .json("expected a string in \"@type\"") }
        return try reader.string()
      }
      try reader.skipValue(depth: depth, limit: options.depth)
      scannable -= reader.offset - start
      guard scannable >= 0 else {
        throw .json("messages inside each other have \"@type\" too far behind; write it first")
      }
    } while reader.skip(UInt8(ascii: ","))
    try reader.expect(UInt8(ascii: "}"))
    throw .json("an Any needs \"@type\"")
  }

  private mutating func content(
    of type: MessageHandle, _ c: UnsafeMutableRawPointer, depth: Int
  ) throws(ProtobufError) {
    guard depth <= options.depth else { throw .tooDeep(options.depth) }
    guard type.wellKnown != nil else {
      return try unsafe fields(type, c, depth: depth, except: "@type")
    }
    var hasType = false
    var hasValue = false
    try reader.expect(UInt8(ascii: "{"))
    repeat {
      let name = try reader.string()
      try reader.expect(UInt8(ascii: ":"))
      switch name {
      case "@type":
        guard !hasType else { throw .json("expected one \"@type\"") }
        hasType = true
        _ = try reader.string()
      case "value" where !hasValue:
        hasValue = true
        try unsafe message(type, c, depth: depth)
      default:
        guard options.ignoresUnknownFields else {
          throw ProtobufError(.unknownField, "an Any of \(type.fullName) has only \"value\"")
        }
        try reader.skipValue(depth: depth, limit: options.depth)
      }
    } while reader.skip(UInt8(ascii: ","))
    try reader.expect(UInt8(ascii: "}"))
    guard hasValue else { throw .json("an Any of \(type.fullName) needs \"value\"") }
  }
}
