internal import CProtobufC

/// The description of a message type: what it is called and what fields it has.
///
/// Types are made when their file is first used and live as long as the process.
// Mutable only while its file links it, before any other thread can have seen it.
@safe
public final class MessageType: @unchecked Sendable {
  /// With package and enclosing messages, without a leading dot.
  public let fullName: String
  /// By number.
  public let fields: [FieldType]
  /// Names of the oneofs, those made for proto3 `optional` included.
  public let oneofs: [String]
  /// Whether the type is the entry of a map field.
  public let isMapEntry: Bool
  /// The file that declares the type.
  public var file: FileDescriptor { anchor.file! }

  /// The special JSON form of the type, if it has one.
  let wellKnown: WellKnown?
  /// Null for types that only reflection sees (proto2 files).
  private(set) var c: UnsafePointer<ProtobufCMessageDescriptor>?
  /// For ``WireParser``; filled by ``link()``.
  let table: UnsafeMutablePointer<WireTable>
  /// Of each field; filled by ``link()``.
  private(set) var presences = unsafe UnsafeBufferPointer<FieldPresence>(start: nil, count: 0)
  private let anchor: FileAnchor
  private var byName: [String: Int] = [:]
  private var byNumber: [Int: Int] = [:]

  init(_ parsed: ParsedMessage, anchor: FileAnchor, c: UnsafeRawPointer?) {
    fullName = parsed.fullName
    fields = parsed.fields.sorted { $0.number < $1.number }
    oneofs = parsed.oneofs
    isMapEntry = parsed.isMapEntry
    self.anchor = anchor
    wellKnown = WellKnown(fullName: parsed.fullName)
    unsafe self.c = c?.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
    unsafe table = .allocate(capacity: 1)
    unsafe table.initialize(to: WireTable())
  }

  /// The field of a JSON name or, where no field has that, of a proto name.
  public func field(named name: String) -> FieldType? {
    byName[name].map { fields[$0] }
  }

  /// The field of a number.
  public func field(number: Int) -> FieldType? {
    // Most messages number their fields from 1 without a gap.
    if number > 0, number <= fields.count, fields[number - 1].number == number {
      return fields[number - 1]
    }
    return byNumber[number].map { fields[$0] }
  }

  /// Bytes of the protobuf-c struct.
  var size: Int { unsafe c.map { unsafe $0.pointee.sizeof_message } ?? 0 }

  /// Resolves the types of fields and builds the tables; called once by the file.
  func link(_ find: (String) -> FileDescriptor.Named?) {
    for index in fields.indices {
      unsafe fields[index].index = index
      if let oneof = fields[index].oneofIndex, !fields[index].isProto3Optional {
        unsafe fields[index].oneofName = oneofs[oneof]
      }
      resolve(fields[index], find)
      place(fields[index])
      byNumber[fields[index].number] = index
      byName[fields[index].jsonName] = index
    }
    // A JSON name is its own field's, also where another field is called so in proto.
    for (index, field) in fields.enumerated() where byName[field.name] == nil {
      byName[field.name] = index
    }
    let made = UnsafeMutableBufferPointer<FieldPresence>.allocate(capacity: fields.count)
    _ = unsafe made.initialize(from: fields.map { FieldPresence($0) })
    unsafe presences = UnsafeBufferPointer(made)
    unsafe table.pointee.fill(self)
  }

  private func resolve(_ field: FieldType, _ find: (String) -> FileDescriptor.Named?) {
    guard !field.typeName.isEmpty else { return }
    switch find(field.typeName) {
    case .message(let type)?:
      field.resolve(message: type)
      if type.isMapEntry, !field.isMap, field.isRepeated { unsafe field.cardinality = .map }
    case .enumeration(let type)?: field.resolve(enumeration: type)
    case nil: fatalError("our bug: \(field.typeName), used by \(fullName), is in no linked file")
    }
  }

  private func place(_ field: FieldType) {
    guard let c = unsafe c else { return }
    let count = unsafe Int(c.pointee.n_fields)
    for index in 0..<count {
      let described = unsafe c.pointee.fields[index]
      guard unsafe Int(described.id) == field.number else { continue }
      unsafe field.place = FieldPlace(
        field, offset: described.offset, quantifier: described.quantifier_offset)
      return
    }
    fatalError("our bug: protobuf-c does not know field \(field.number) of \(fullName)")
  }
}

extension MessageType: Equatable {
  public static func == (left: MessageType, right: MessageType) -> Bool { left === right }
}
