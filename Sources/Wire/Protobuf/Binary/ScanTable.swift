/// What the scanner must know about one field number.
@safe
struct ScanField {
  enum Role: UInt8 {
    case unknown, scalar, string, message
  }

  var role: Role = .unknown
  /// Bit n is set when wire type n is right for the field.
  var wires: UInt8 = 0
  var isRepeated = false
  /// Bit of a singular message field in the scanner's "seen" set; 255 for other fields.
  var singularBit: UInt8 = 255
  /// Index of the oneof, or -1.
  var oneof: Int16 = -1
  /// The table of a message field; immortal.
  var child: UnsafeMutablePointer<ScanTable>?

  @inline(__always)
  func accepts(_ wire: UInt8) -> Bool { wires & (1 << wire) != 0 }
}

/// A message type as the scanner sees it. Immortal, and unchanged once its file is linked.
@safe
struct ScanTable {
  /// Fields with a number below `denseCount`, by number.
  private var dense: UnsafeMutablePointer<ScanField>
  private var denseCount = 0
  /// Fields with a higher number, sorted by it.
  private var sparse: [(number: Int, field: ScanField)] = []
  private(set) var isMapEntry = false
  private(set) var oneofCount = 0

  private static let denseLimit = 512

  init() { unsafe dense = .allocate(capacity: 1) }

  /// The field of a number; role `unknown` when there is none.
  @inline(__always)
  func field(_ number: Int) -> ScanField {
    number < denseCount ? unsafe dense[number] : sparseField(number)
  }

  private func sparseField(_ number: Int) -> ScanField {
    var low = 0
    var high = sparse.count
    while low < high {
      let middle = (low + high) / 2
      if sparse[middle].number == number { return sparse[middle].field }
      if sparse[middle].number < number { low = middle + 1 } else { high = middle }
    }
    return ScanField()
  }

  mutating func fill(_ type: MessageType) {
    isMapEntry = type.isMapEntry
    oneofCount = type.oneofs.count
    denseCount = min((type.fields.last?.number ?? 0) + 1, Self.denseLimit)
    unsafe dense.deallocate()
    unsafe dense = .allocate(capacity: denseCount)
    unsafe dense.initialize(repeating: ScanField(), count: denseCount)
    var bit: UInt8 = 0
    for field in type.fields where field.kind != .group {
      let entry = Self.entry(field, &bit)
      if field.number < denseCount {
        unsafe dense[field.number] = entry
      } else {
        sparse.append((field.number, entry))
      }
    }
  }

  private static func entry(_ field: FieldType, _ bit: inout UInt8) -> ScanField {
    var entry = ScanField()
    entry.isRepeated = field.isRepeated
    entry.wires = 1 << field.kind.wireType
    entry.oneof = field.oneofIndex.map { Int16(clamping: $0) } ?? -1
    switch field.kind {
    case .string: entry.role = .string
    case .message:
      entry.role = .message
      unsafe entry.child = field.messageType?.table
      if !field.isRepeated {
        entry.singularBit = min(bit, 63)
        bit = min(bit + 1, 63)
      }
    default: entry.role = .scalar
    }
    let isPackable = field.isRepeated && field.kind.wireType != WireFormat.delimited
    if isPackable { entry.wires |= 1 << WireFormat.delimited }
    return entry
  }
}
