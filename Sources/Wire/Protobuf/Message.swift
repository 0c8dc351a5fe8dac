/// A protobuf message as a Swift value. Generated; nothing else should conform.
///
/// Two messages are equal when all fields and unknown fields are equal; strings compare as Swift
/// strings do, by canonical equivalence.
public protocol Message: Sendable, Equatable {
  /// The type's description, shared by all its values.
  static var messageType: MessageType { get }

  /// The message with no field set.
  init()

  /// Fields the type does not declare.
  var unknownFields: UnknownFields { get set }

  /// Sets the fields from the protobuf-c struct of this type at `c`; the message is new and has none
  /// set. Failures are noted in `reader`. In place, as a value that is returned gets copied.
  mutating func read(unsafeC c: UnsafeRawPointer, _ reader: inout MessageReader)

  /// Fills the protobuf-c struct of this type at `c`; memory it needs comes from `writer`.
  func fill(unsafeC c: UnsafeMutableRawPointer, _ writer: inout MessageWriter)
}

extension Message {
  /// A message made by setting fields in `body`.
  @inlinable public static func with<E: Error>(
    _ body: (inout Self) throws(E) -> Void
  ) throws(E) -> Self {
    var message = Self()
    try body(&message)
    return message
  }
}

/// What generated code calls ``Message``, so that a message named `Message` does not hide it.
public typealias ProtobufMessage = Message
/// What generated code calls ``MessageType``.
public typealias ProtobufMessageType = MessageType
/// What generated code calls ``UnknownFields``.
public typealias ProtobufUnknownFields = UnknownFields

/// Room for a message inside a message of the same type.
public final class IndirectMessage<M: Message>: Sendable, Equatable {
  /// The message.
  public let value: M

  /// Puts `value` on the heap.
  public init(_ value: M) { self.value = value }

  public static func == (left: IndirectMessage, right: IndirectMessage) -> Bool {
    left === right || left.value == right.value
  }
}

/// A protobuf enum: open, so a number without a name is kept as `unrecognized`.
public protocol ProtobufEnum: RawRepresentable, Sendable, Hashable where RawValue == Int32 {
  /// The type's description.
  static var enumType: EnumType { get }
  /// The case of a number.
  init(rawValue: Int32)
}
