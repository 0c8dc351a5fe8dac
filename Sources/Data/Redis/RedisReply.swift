/// One reply of the server, RESP version 2.
package enum RedisReply: Sendable, Equatable {
  case null
  case status(String)
  case integer(Int64)
  case bytes([UInt8])
  case array([RedisReply])
  /// An error inside an array; alone it is thrown as a ``RedisError``.
  case error(String)

  /// The bytes of a string; nil for everything else.
  package var bytes: [UInt8]? {
    if case .bytes(let bytes) = self { bytes } else { nil }
  }

  /// The number; nil for everything else.
  package var integer: Int64? {
    if case .integer(let value) = self { value } else { nil }
  }

  /// The elements; nil for everything else.
  package var elements: [RedisReply]? {
    if case .array(let elements) = self { elements } else { nil }
  }
}
