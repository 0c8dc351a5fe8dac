/// A field's description, borrowed: descriptions live as long as the messages that are printed, and
/// to retain each of them for each value were a tenth of all work.
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
  var cardinality: FieldType.Cardinality { read { unsafe $0.cardinality } }
  var isRepeated: Bool { cardinality != .singular }
  var index: Int { read { unsafe $0.index } }
  var offset: Int { read { $0.offset } }
  var takesNull: Bool { read { unsafe $0.takesNull } }
  var jsonKey: UnsafeBufferPointer<UInt8> { unsafe read { unsafe $0.jsonKey } }
  var name: String { read { $0.name } }
  /// The type of a message or map field.
  var messageType: MessageHandle? { read { unsafe $0.messageType.map { MessageHandle($0) } } }

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
  /// Of each field, by number.
  var presences: UnsafeBufferPointer<FieldPresence> { unsafe read { unsafe $0.presences } }

  /// The field of a number.
  func field(number: Int) -> FieldHandle? {
    read { $0.field(number: number).map { FieldHandle($0) } }
  }
}
