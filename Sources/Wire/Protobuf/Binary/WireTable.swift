internal import CProtobufC

/// What ``WireParser`` must know about one field number.
@safe
struct WireField {
  /// How a value looks on the wire and in the struct.
  enum Form: UInt8 {
    case unknown, bool, varint32, zigzag32, fixed32, varint64, zigzag64, fixed64
    case bytes, string, message

    init(_ kind: FieldType.Kind) {
      self =
        switch kind {
        case .bool: .bool
        case .int32, .uint32, .enumeration: .varint32
        case .sint32: .zigzag32
        case .fixed32, .sfixed32, .float: .fixed32
        case .int64, .uint64: .varint64
        case .sint64: .zigzag64
        case .fixed64, .sfixed64, .double: .fixed64
        case .bytes: .bytes
        case .string: .string
        case .message: .message
        case .group: .unknown
        }
    }
  }

  let form: Form
  /// Bit n is set when wire type n is right for the field.
  private let wires: UInt8
  let number: UInt32
  let place: FieldPlace
  /// Whether its value may take the place of a text: one of its own, or of another in its oneof.
  let mayReplaceText: Bool
  /// The table of a message field; immortal.
  let child: UnsafePointer<WireTable>?

  /// A number that no field has.
  fileprivate init() {
    (form, wires, number, place, mayReplaceText) = (.unknown, 0, 0, FieldPlace(), false)
    unsafe child = nil
  }

  fileprivate init(_ field: FieldType) {
    form = Form(field.kind)
    number = UInt32(field.number)
    place = unsafe field.place
    mayReplaceText = !field.isRepeated && (field.kind == .string || field.oneofIndex != nil)
    let isPackable = field.isRepeated && field.kind.wireType != WireFormat.delimited
    wires = 1 << field.kind.wireType | (isPackable ? 1 << WireFormat.delimited : 0)
    unsafe child = field.messageType.map { unsafe UnsafePointer($0.table) }
  }

  @inline(__always)
  func accepts(_ wire: UInt8) -> Bool { wires & (1 << wire) != 0 }
}

/// A message type as ``WireParser`` sees it. Immortal, and unchanged once its file is linked.
@safe
struct WireTable {
  /// Null for types that only reflection sees.
  private(set) var c: UnsafePointer<ProtobufCMessageDescriptor>?
  private(set) var isMapEntry = false
  /// Fields with a number below `denseCount`, by number. None has number 0.
  private var dense: UnsafeMutablePointer<WireField>
  private var denseCount = 1
  /// Fields with a higher number, sorted by it.
  private var sparse: UnsafeMutableBufferPointer<WireField>

  private static let denseLimit = 512

  init() {
    unsafe dense = .allocate(capacity: 1)
    unsafe dense.initialize(to: WireField())
    unsafe sparse = .allocate(capacity: 0)
  }

  /// The field of a number; of form `unknown` when there is none.
  @inline(__always)
  func field(_ number: Int) -> UnsafePointer<WireField> {
    unsafe UnsafePointer(number < denseCount ? dense + number : sparseField(number))
  }

  private func sparseField(_ number: Int) -> UnsafeMutablePointer<WireField> {
    var low = 0
    var high = unsafe sparse.count
    while low < high {
      let middle = (low + high) / 2
      let found = unsafe sparse.baseAddress! + middle
      if unsafe found.pointee.number == number { return unsafe found }
      if unsafe found.pointee.number < number { low = middle + 1 } else { high = middle }
    }
    return unsafe dense
  }

  mutating func fill(_ type: MessageType) {
    unsafe c = type.c
    isMapEntry = type.isMapEntry
    denseCount = min((type.fields.last?.number ?? 0) + 1, Self.denseLimit)
    let known = type.fields.filter { $0.kind != .group }.map { WireField($0) }
    let far = known.filter { $0.number >= denseCount }
    unsafe dense.deallocate()
    unsafe sparse.deallocate()
    unsafe dense = .allocate(capacity: denseCount)
    unsafe dense.initialize(repeating: WireField(), count: denseCount)
    for field in known where field.number < denseCount { unsafe dense[Int(field.number)] = field }
    unsafe sparse = .allocate(capacity: far.count)
    _ = unsafe sparse.initialize(from: far)
  }
}
