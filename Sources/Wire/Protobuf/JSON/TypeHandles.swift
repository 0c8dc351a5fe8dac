internal import CProtobufC

/// A field's description, borrowed: descriptions live as long as the messages that are read and
/// printed, and to retain each of them for each value were a tenth of all work.
@safe
struct FieldHandle {
  private let raw: Unmanaged<FieldType>

  /// The caller keeps `field` alive.
  init(_ field: FieldType) { unsafe raw = .passUnretained(field) }

  @inline(__always)
  private func read<T>(_ body: (FieldType) -> T) -> T { unsafe raw._withUnsafeGuaranteedRef(body) }

  /// The description itself, retained.
  var field: FieldType { unsafe raw.takeUnretainedValue() }
  var kind: FieldType.Kind { read { $0.kind } }
  var number: Int { read { $0.number } }
  var cardinality: FieldType.Cardinality { read { unsafe $0.cardinality } }
  var isRepeated: Bool { cardinality != .singular }
  var index: Int { read { unsafe $0.index } }
  var place: FieldPlace { read { unsafe $0.place } }
  var offset: Int { place.offset }
  var jsonName: String { read { $0.jsonName } }
  /// The name of its oneof, or its own where a oneof is made for `optional`.
  var oneofName: String { read { unsafe $0.oneofName ?? $0.name } }
  var takesNull: Bool { read { unsafe $0.takesNull } }
  var jsonKey: UnsafeBufferPointer<UInt8> { unsafe read { unsafe $0.jsonKey } }
  var name: String { read { $0.name } }

  /// The type of a message or map field.
  var messageType: MessageHandle? { read { unsafe $0.messageType.map { MessageHandle($0) } } }

  /// The number of an enum's name; nil when no value is called so.
  func number(named name: UnsafeBufferPointer<UInt8>) -> Int32? {
    read { unsafe $0.enumType?.number(named: name) }
  }

  /// The number of an enum's name; nil when no value is called so.
  func number(named name: String) -> Int32? { read { unsafe $0.enumType?.number(named: name) } }

  /// The full name of the field's enum.
  var enumName: String { read { unsafe $0.enumType?.fullName ?? "the enum" } }
  /// The names of the field's enum, the first ten of many.
  var enumNames: String {
    let names = read { unsafe $0.enumType?.values.map(\.name) ?? [] }
    return names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", …" : "")
  }
  var isEnum: Bool { read { unsafe $0.enumType != nil } }

  /// The name of an enum's number, valid while the type lives.
  func spelling(of number: Int32) -> UnsafeBufferPointer<UInt8>? {
    unsafe read { unsafe $0.enumType?.spelling(of: number) }
  }
}

/// A message's description, borrowed: see ``FieldHandle``.
@safe
struct MessageHandle {
  private let raw: Unmanaged<MessageType>

  /// The caller keeps `type` alive.
  init(_ type: MessageType) { unsafe raw = .passUnretained(type) }

  @inline(__always)
  private func read<T>(_ body: (MessageType) -> T) -> T {
    unsafe raw._withUnsafeGuaranteedRef(body)
  }

  /// The description itself, retained.
  var type: MessageType { unsafe raw.takeUnretainedValue() }
  var wellKnown: WellKnown? { read { $0.wellKnown } }
  var fullName: String { read { $0.fullName } }
  var fieldCount: Int { read { $0.fields.count } }
  /// Null for types that only reflection sees.
  var c: UnsafePointer<ProtobufCMessageDescriptor>? { unsafe read { unsafe $0.c } }
  /// Of each field, by number.
  var presences: UnsafeBufferPointer<FieldPresence> { unsafe read { unsafe $0.presences } }

  /// The field that a JSON member names.
  func field(named name: String) -> FieldHandle? {
    read { $0.field(named: name).map { FieldHandle($0) } }
  }

  /// The field at a place among all, which are sorted by number; nil behind the last.
  @inline(__always)
  func field(at index: Int) -> FieldHandle? {
    let fields = unsafe presences
    return index < fields.count ? unsafe fields[index].field : nil
  }

  /// The field of a number.
  func field(number: Int) -> FieldHandle? {
    // As in most messages, which number their fields from 1 without a gap.
    if number > 0, let field = field(at: number - 1), field.number == number { return field }
    return read { $0.field(number: number).map { FieldHandle($0) } }
  }
}
