internal import Buffers

/// Builds a message from ProtoJSON, straight into protobuf-c structs.
struct JSONParser {
  private let root: MessageHandle
  var reader: JSONReader
  let builder: CBuilder
  let options: JSONOptions
  /// What an `Any` may hold.
  let types: TypeRegistry
  /// How many more bytes may be looked through for the `"@type"` of an `Any` before they are read:
  /// those of one inside another are looked through at each level.
  var scannable: Int

  /// A parser of `bytes`, which have to live as long as the arena: what is read refers to them.
  init(
    _ bytes: UnsafeRawBufferPointer, of type: MessageType, _ options: JSONOptions,
    _ arena: borrowing Arena
  ) throws(ProtobufError) {
    root = MessageHandle(type)
    types = options.types ?? type.file.registry
    reader = try unsafe JSONReader(bytes)
    scannable = max(4 * bytes.count, 1 << 16)
    builder = CBuilder(arena)
    self.options = options
  }

  /// The whole text as one message.
  mutating func parse() throws(ProtobufError) -> UnsafeMutableRawPointer {
    let c = try unsafe builder.message(root)
    try unsafe message(root, c, depth: 1)
    try reader.finish()
    return unsafe c
  }

  /// A message's value: an object, or the special form of the type.
  mutating func message(
    _ type: MessageHandle, _ c: UnsafeMutableRawPointer, depth: Int
  ) throws(ProtobufError) {
    guard depth <= options.depth else { throw .tooDeep(options.depth) }
    if let special = type.wellKnown { return try unsafe wellKnown(special, type, c, depth: depth) }
    guard try reader.peek() == .object else { throw .json("expected an object") }
    try unsafe fields(type, c, depth: depth, except: nil)
  }

  /// The members of an object as fields; `except` names a member to step over.
  mutating func fields(
    _ type: MessageHandle, _ c: UnsafeMutableRawPointer, depth: Int, except: String?
  ) throws(ProtobufError) {
    var seen = FieldSet(count: type.fieldCount)
    try reader.expect(UInt8(ascii: "{"))
    if reader.skip(UInt8(ascii: "}")) { return }
    var likely = 0
    var hasExcept = false
    repeat {
      switch try member(of: type, likely: likely) {
      case .field(let field):
        do throws(ProtobufError) {
          guard seen.insert(field.index) else { throw .json("is given twice") }
          try unsafe self.field(field, c, depth: depth)
        } catch {
          throw error.within(.name(field.jsonName))
        }
        likely = field.index + 1
      case .other(let name) where name == except:
        guard !hasExcept else { throw .json("expected one \"\(name)\"") }
        hasExcept = true
        try reader.skipValue(depth: depth, limit: options.depth)
      case .other(let name): try unknown(name, type, depth)
      }
    } while reader.skip(UInt8(ascii: ","))
    try reader.expect(UInt8(ascii: "}"))
  }

  /// What the name of an object's member stands for.
  private enum Member {
    case field(FieldHandle)
    case other(String)
  }

  /// Reads a member's name and the colon behind it. The field at `likely` is looked at first: members
  /// mostly come in order, and most writers put neither escapes nor space into a name.
  @inline(__always)
  private mutating func member(
    of type: MessageHandle, likely: Int
  ) throws(ProtobufError) -> Member {
    if let field = type.field(at: likely), unsafe reader.skip(field.jsonKey) {
      return .field(field)
    }
    return try otherMember(of: type)
  }

  @inline(never)
  private mutating func otherMember(of type: MessageHandle) throws(ProtobufError) -> Member {
    let name = try reader.string()
    try reader.expect(UInt8(ascii: ":"))
    return type.field(named: name).map { .field($0) } ?? .other(name)
  }

  private mutating func unknown(
    _ name: String, _ type: MessageHandle, _ depth: Int
  ) throws(ProtobufError) {
    guard options.ignoresUnknownFields else {
      throw ProtobufError(
        .unknownField, "\(type.fullName) has no such field", path: JSONStep.clipped(name))
    }
    try reader.skipValue(depth: depth, limit: options.depth)
  }

  /// The value of one field of any cardinality.
  private mutating func field(
    _ field: FieldHandle, _ c: UnsafeMutableRawPointer, depth: Int
  ) throws(ProtobufError) {
    if reader.next() == UInt8(ascii: "n"), field.isRepeated || !field.takesNull {
      return try reader.word("null")
    }
    switch field.cardinality {
    case .map: try unsafe map(field, c, depth: depth)
    case .repeated: try unsafe list(field, c, depth: depth)
    case .singular:
      if let set = unsafe field.place.memberSet(in: c), set != 0 {
        throw .json("another member of oneof \(field.oneofName) is set too")
      }
      if options.ignoresUnknownFields {
        let start = reader.offset
        if try skipsUnknownEnum(field) { return }
        reader.offset = start
      }
      try unsafe value(field, builder.slot(c, field), depth: depth)
    }
  }

  mutating func list(
    _ field: FieldHandle, _ c: UnsafeMutableRawPointer, depth: Int
  ) throws(ProtobufError) {
    guard try reader.peek() == .array else { throw .json("expected an array") }
    try reader.expect(UInt8(ascii: "["))
    if reader.skip(UInt8(ascii: "]")) { return }
    var index = 0
    repeat {
      do throws(ProtobufError) {
        try unsafe element(field, c, depth: depth)
      } catch {
        throw error.within(.index(index))
      }
      index += 1
    } while reader.skip(UInt8(ascii: ","))
    try reader.expect(UInt8(ascii: "]"))
  }

  private mutating func element(
    _ field: FieldHandle, _ c: UnsafeMutableRawPointer, depth: Int
  ) throws(ProtobufError) {
    if reader.next() == UInt8(ascii: "n"), !field.takesNull {
      throw .json("null is not allowed here")
    }
    if options.ignoresUnknownFields {
      let start = reader.offset
      if try skipsUnknownEnum(field) { return }
      reader.offset = start
    }
    try unsafe value(field, builder.slot(c, field), depth: depth)
  }

  mutating func map(
    _ field: FieldHandle, _ c: UnsafeMutableRawPointer, depth: Int
  ) throws(ProtobufError) {
    guard try reader.peek() == .object else { throw .json("expected an object") }
    guard let entry = field.messageType, let keyField = entry.field(number: 1),
      let valueField = entry.field(number: 2)
    else { throw .json("a map without an entry type") }
    var seen: Set<[UInt8]> = []
    try reader.expect(UInt8(ascii: "{"))
    if reader.skip(UInt8(ascii: "}")) { return }
    repeat {
      let key = try reader.string()
      do throws(ProtobufError) {
        guard seen.insert(Array(key.utf8)).inserted else { throw .json("is given twice") }
        try reader.expect(UInt8(ascii: ":"))
        if try reader.peek() == .null, !valueField.takesNull {
          throw .json("null is not allowed here")
        }
        let start = reader.offset
        if try !skipsUnknownEnum(valueField) {
          reader.offset = start
          let made = try unsafe builder.message(in: builder.slot(c, field), entry)
          try unsafe self.key(key, keyField, made + keyField.offset)
          try unsafe value(valueField, made + valueField.offset, depth: depth + 1)
        }
      } catch {
        throw error.within(.key(key))
      }
    } while reader.skip(UInt8(ascii: ","))
    try reader.expect(UInt8(ascii: "}"))
  }

  /// With unknown fields ignored, an enum name nobody knows counts as absent: steps over it.
  private mutating func skipsUnknownEnum(_ field: FieldHandle) throws(ProtobufError) -> Bool {
    guard options.ignoresUnknownFields, field.isEnum, try reader.peek() == .string else {
      return false
    }
    return field.number(named: try reader.string()) == nil
  }
}

/// Which fields of a message have been read.
struct FieldSet {
  private var low: UInt64 = 0
  private var high: [Bool]

  init(count: Int) { high = count > 64 ? Array(repeating: false, count: count - 64) : [] }

  /// Adds a field; false when it was there.
  @inline(__always)
  mutating func insert(_ index: Int) -> Bool {
    guard index < 64 else { return insertHigh(index - 64) }
    let bit = 1 &<< UInt64(index)
    defer { low |= bit }
    return low & bit == 0
  }

  private mutating func insertHigh(_ index: Int) -> Bool {
    defer { high[index] = true }
    return !high[index]
  }
}

/// One step to a place in JSON text, as people write it: `agent.voice.speed`, `items[2].n`,
/// `labels["a b"]`.
enum JSONStep {
  case name(String)
  case index(Int)
  case key(String)

  fileprivate var text: String {
    switch self {
    case .name(let name): name
    case .index(let index): "[\(index)]"
    case .key(let key): "[\"\(Self.clipped(key))\"]"
    }
  }

  /// The beginning of a name that a peer chose: an error's text does not grow with its input.
  static func clipped(_ name: String) -> String { name.clipped(toUTF8: 64) }
}

extension ProtobufError {
  /// The error as one of the place that `step` leads to: the path grows on the way out.
  func within(_ step: JSONStep) -> ProtobufError {
    let joins = path.isEmpty || path.hasPrefix("[")
    return ProtobufError(kind, message, path: step.text + (joins ? "" : ".") + path)
  }
}
