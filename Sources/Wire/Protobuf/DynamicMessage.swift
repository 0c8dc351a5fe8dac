/// A message whose type is known at run time: what lies between wire bytes, ProtoJSON and the
/// generated value. It is made from any of the three and becomes any of them.
///
/// Who needs only one step of the way spares the others: JSON becomes a value, and a value JSON,
/// without being serialized in between. Never changes; any thread.
@safe
public final class DynamicMessage: @unchecked Sendable {  // what it points to is written before
  /// The message's type.
  public let type: MessageType
  private let unpacked: Unpacked
  /// The bytes it came as, which are passed on as they were.
  private let source: [UInt8]?

  /// Decodes a message from a peer, whose strings are checked.
  public init(
    serializedBytes bytes: [UInt8], type: MessageType, limits: DecodingLimits = .default
  ) throws(ProtobufError) {
    unpacked = try Unpacked(copying: bytes, type, limits)
    source = bytes
    self.type = type
  }

  /// Reads ProtoJSON. Errors have the path of the field they are about.
  public init(
    json: [UInt8], type: MessageType, options: JSONOptions = JSONOptions(),
    limits: DecodingLimits = .default
  ) throws(ProtobufError) {
    unpacked = try Unpacked(json: json, type, options, limits)
    source = nil
    self.type = type
  }

  /// What `message` holds. Throws when messages are nested deeper than 100.
  public init<M: Message>(_ message: borrowing M) throws(ProtobufError) {
    type = M.messageType
    unpacked = try Unpacked(filledBy: message, type)
    source = nil
  }

  /// The wire bytes; those it was made from, if it was.
  public func serializedBytes() -> [UInt8] {
    if let source { return source }
    var bytes: [UInt8] = []
    unpacked.pack(appendingTo: &bytes)
    return bytes
  }

  /// The message as compact ProtoJSON.
  public func json(options: JSONOptions = JSONOptions()) throws(ProtobufError) -> [UInt8] {
    try unpacked.json(type, options)
  }

  /// The value of a field as compact ProtoJSON; nil when the field is not set.
  public func json(
    of field: FieldType, options: JSONOptions = JSONOptions()
  ) throws(ProtobufError) -> [UInt8]? {
    defer { extendLifetime(self) }
    let field = FieldHandle(field)
    let count = view.count(field)
    guard count > 0 else { return nil }
    var printer = JSONPrinter(type, options)
    try printer.field(field, view, count, depth: 1)
    return printer.output
  }

  /// The content of a singular string or bytes field, empty when it is not set. With `parent`, of
  /// the message in that singular field.
  public func bytes(of field: FieldType, in parent: FieldType? = nil) -> [UInt8] {
    defer { extendLifetime(self) }
    let field = FieldHandle(field)
    guard let parent = parent.map({ FieldHandle($0) }) else { return view.bytes(field) }
    // The slot of a oneof is that of all its members: what is not set there is another's value.
    guard view.count(parent) > 0, let type = parent.messageType,
      let inner = unsafe CView.message(view.slot(parent, 0), type)
    else { return [] }
    return inner.bytes(field)
  }

  /// The number in a singular int64 field, 0 when it is not set.
  public func int64(of field: FieldType) -> Int64 {
    defer { extendLifetime(self) }
    let field = FieldHandle(field)
    return view.count(field) == 0 ? 0 : unsafe view.slot(field, 0).load(as: Int64.self)
  }

  private var view: CView { unsafe CView(UnsafeRawPointer(unpacked.c), MessageHandle(type)) }

  fileprivate func read<M: Message>(_ type: M.Type) throws(ProtobufError) -> M {
    try M(unpacked)
  }
}

extension Message {
  /// The message that `dynamic`, of the same type, holds.
  public init(_ dynamic: DynamicMessage) throws(ProtobufError) {
    guard dynamic.type === Self.messageType else {
      throw ProtobufError(
        .unrepresentable, "a \(dynamic.type.fullName) is no \(Self.messageType.fullName)")
    }
    self = try dynamic.read(Self.self)
  }
}
