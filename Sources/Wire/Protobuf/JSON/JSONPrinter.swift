internal import Buffers

/// Writes ProtoJSON from protobuf-c structs: compact, fields by number, nothing that is not set.
struct JSONPrinter: ~Copyable {
  let options: JSONOptions
  /// What an `Any` may hold.
  let types: TypeRegistry
  /// What has been written.
  var output: [UInt8] { text.bytes }
  private var text = TextBuffer()
  /// What the messages in `Any`s may take, all that are open at once together.
  var memory = DecodingLimits.default.memory

  /// A printer of messages of `type`.
  init(_ type: MessageType, _ options: JSONOptions) {
    self.options = options
    types = options.types ?? type.file.registry
  }

  /// A message, in the special form of its type if it has one.
  mutating func message(_ view: CView, depth: Int) throws(ProtobufError) {
    guard depth <= options.depth else { throw .tooDeep(options.depth) }
    if let special = view.type.wellKnown { return try wellKnown(special, view, depth: depth) }
    mark("{")
    var isFirst = true
    try fields(view, depth: depth, isFirst: &isFirst)
    mark("}")
  }

  /// The members of an object, without the braces.
  mutating func fields(
    _ view: CView, depth: Int, isFirst: inout Bool
  ) throws(ProtobufError) {
    let presences = unsafe view.type.presences
    for index in presences.indices {
      let presence = unsafe presences[index]
      let count = unsafe presence.count(in: view.c)
      if count == 0, !options.emitsDefaults || presence.isExplicit { continue }
      comma(&isFirst)
      name(presence.field)
      try field(presence.field, view, count, depth: depth)
    }
  }

  /// All that a field holds.
  mutating func field(
    _ field: FieldHandle, _ view: CView, _ count: Int, depth: Int
  ) throws(ProtobufError) {
    switch field.cardinality {
    case .map: try map(field, view, count, depth: depth)
    case .repeated: try list(field, view, count, depth: depth)
    case .singular: try unsafe value(field, view.slot(field, 0), depth: depth)
    }
  }

  private mutating func name(_ field: FieldHandle) {
    guard options.usesProtoNames else { return unsafe text.append(field.jsonKey) }
    quoted(field.name)
    mark(":")
  }

  mutating func list(
    _ field: FieldHandle, _ view: CView, _ count: Int, depth: Int
  ) throws(ProtobufError) {
    mark("[")
    for index in 0..<count {
      if index > 0 { mark(",") }
      try unsafe value(field, view.slot(field, index), depth: depth)
    }
    mark("]")
  }

  /// A map; of entries with one key the last counts, as everywhere.
  mutating func map(
    _ field: FieldHandle, _ view: CView, _ count: Int, depth: Int
  ) throws(ProtobufError) {
    guard let entry = field.messageType, let keyField = entry.field(number: 1),
      let valueField = entry.field(number: 2)
    else { return raw("{}") }
    let keys = (0..<count).map { unsafe key(keyField, view.slot(field, $0), entry) }
    let shadowed = Self.shadowed(keys)
    mark("{")
    var isFirst = true
    for index in keys.indices where shadowed.isEmpty || !shadowed.contains(index) {
      comma(&isFirst)
      string(keys[index])
      mark(":")
      guard let made = unsafe CView.message(view.slot(field, index), entry) else { continue }
      try unsafe mapValue(valueField, made.slot(valueField, 0), depth: depth + 1)
    }
    mark("}")
  }

  /// The places of entries whose key comes again.
  private static func shadowed(_ keys: [[UInt8]]) -> Set<Int> {
    guard keys.count > 1 else { return [] }
    var places: [[UInt8]: Int] = [:]
    var shadowed: Set<Int> = []
    for (index, key) in keys.enumerated() {
      if let earlier = places.updateValue(index, forKey: key) { shadowed.insert(earlier) }
    }
    return shadowed
  }

  private mutating func mapValue(
    _ field: FieldHandle, _ slot: UnsafeRawPointer, depth: Int
  ) throws(ProtobufError) {
    let isMissing = unsafe field.kind == .message && slot.load(as: UnsafeRawPointer?.self) == nil
    if !isMissing { return try unsafe value(field, slot, depth: depth) }
    guard let type = field.messageType else { return raw("{}") }
    let arena = Arena(capacity: 512, budget: 1 << 16)
    defer { extendLifetime(arena) }
    let empty = try unsafe CBuilder(arena).message(type)
    try unsafe message(CView(UnsafeRawPointer(empty), type), depth: depth + 1)
  }

  private func key(_ field: FieldHandle, _ slot: UnsafeRawPointer, _ entry: MessageHandle)
    -> [UInt8]
  {
    guard let made = unsafe CView.message(slot, entry) else { return [] }
    let slot = unsafe made.slot(field, 0)
    switch field.kind {
    case .string: return unsafe Array(CView.bytes(slot))
    case .bool: return unsafe Array((slot.load(as: Int32.self) != 0 ? "true" : "false").utf8)
    default: return unsafe Array(Self.integer(field.kind, slot).utf8)
    }
  }

  /// One value of a field.
  mutating func value(
    _ field: FieldHandle, _ slot: UnsafeRawPointer, depth: Int
  ) throws(ProtobufError) {
    switch field.kind {
    case .message, .group:
      guard let type = field.messageType, let view = unsafe CView.message(slot, type) else {
        return raw("null")
      }
      try message(view, depth: depth + 1)
    case .string: unsafe string(CView.bytes(slot))
    case .bytes:
      unsafe base64(CView.bytes(slot))
    case .bool: raw(unsafe slot.load(as: Int32.self) != 0 ? "true" : "false")
    case .enumeration: unsafe enumeration(field, slot.load(as: Int32.self))
    case .double: unsafe double(slot.load(as: Double.self))
    case .float:
      let value = unsafe slot.load(as: Float.self)
      value.isFinite ? raw(Self.plain(value.description)) : double(Double(value))
    case .int64, .sint64, .sfixed64, .uint64, .fixed64:
      unsafe quoted(Self.integer(field.kind, slot))
    default: unsafe raw(Self.integer(field.kind, slot))
    }
  }

  private mutating func enumeration(_ field: FieldHandle, _ number: Int32) {
    if field.takesNull, number == 0 { return raw("null") }
    guard !options.writesEnumsAsNumbers, let name = unsafe field.spelling(of: number) else {
      return raw(String(number))
    }
    mark("\"")
    unsafe text.append(name)
    mark("\"")
  }

  /// A double in its shortest form that reads back as the same.
  mutating func double(_ value: Double) {
    if value.isNaN { return raw("\"NaN\"") }
    if value.isInfinite { return raw(value < 0 ? "\"-Infinity\"" : "\"Infinity\"") }
    raw(Self.plain(value.description))
  }

  private static func plain(_ text: String) -> String {
    text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private static func integer(_ kind: FieldType.Kind, _ slot: UnsafeRawPointer) -> String {
    switch kind {
    case .int64, .sint64, .sfixed64: unsafe String(slot.load(as: Int64.self))
    case .uint64, .fixed64: unsafe String(slot.load(as: UInt64.self))
    case .uint32, .fixed32: unsafe String(slot.load(as: UInt32.self))
    default: unsafe String(slot.load(as: Int32.self))
    }
  }

  mutating func comma(_ isFirst: inout Bool) {
    if !isFirst { mark(",") }
    isFirst = false
  }

  mutating func raw(_ text: String) { self.text.append(text: text) }

  /// One character of ASCII.
  @inline(__always)
  mutating func mark(_ character: Unicode.Scalar) { text.append(UInt8(ascii: character)) }

  /// Text that needs no escapes, in quotes.
  mutating func quoted(_ text: String) {
    mark("\"")
    raw(text)
    mark("\"")
  }

  /// A time as `google.protobuf.Timestamp` has it.
  mutating func timestamp(_ seconds: Int64, _ nanos: Int32) throws(ProtobufError) {
    mark("\"")
    try Timestamps.append(seconds, nanos, to: &text)
    mark("\"")
  }

  /// A span as `google.protobuf.Duration` has it.
  mutating func duration(_ seconds: Int64, _ nanos: Int32) throws(ProtobufError) {
    mark("\"")
    try Durations.append(seconds, nanos, to: &text)
    mark("\"")
  }

  private mutating func base64(_ bytes: UnsafeBufferPointer<UInt8>) {
    mark("\"")
    unsafe text.append(room: Base64.encodedLength(bytes.count)) { room in
      unsafe Base64.write(UnsafeRawBufferPointer(bytes), to: room)
    }
    mark("\"")
  }

  /// A string; the bytes are UTF-8.
  mutating func string(_ bytes: UnsafeBufferPointer<UInt8>) {
    mark("\"")
    var rest = unsafe bytes
    while true {
      let plain = unsafe text.append(plainPrefixOf: rest)
      guard plain < rest.count else { break }
      unsafe escaped(rest[plain])
      unsafe rest = UnsafeBufferPointer(rebasing: rest[(plain + 1)...])
    }
    mark("\"")
  }

  mutating func string(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBufferPointer { bytes in unsafe string(bytes) }
  }

  private mutating func escaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): raw("\\\"")
    case UInt8(ascii: "\\"): raw("\\\\")
    case 0x08: raw("\\b")
    case 0x09: raw("\\t")
    case 0x0A: raw("\\n")
    case 0x0C: raw("\\f")
    case 0x0D: raw("\\r")
    default: raw("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16))
    }
  }
}
