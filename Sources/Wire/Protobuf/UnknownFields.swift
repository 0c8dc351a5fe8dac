/// Fields a message came with that its type does not declare, kept as they came and sent again.
public struct UnknownFields: Sendable, Hashable {
  /// Whole wire-format fields, tag included, in the order they came; a tag that was longer than it
  /// need be may have been shortened.
  public var bytes: [UInt8]

  /// No unknown fields.
  @inlinable public init() { bytes = [] }

  /// Fields given as wire bytes.
  @inlinable public init(bytes: [UInt8]) { self.bytes = bytes }

  /// Whether there are none.
  @inlinable public var isEmpty: Bool { bytes.isEmpty }
}
