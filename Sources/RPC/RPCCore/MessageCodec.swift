/// How one message type becomes bytes and back. Errors it throws are told to the peer as `internal`.
public struct MessageCodec<M: Sendable>: Sendable {
  /// Makes the message from exactly these bytes.
  public let decode: @Sendable ([UInt8]) throws -> M
  /// The message's bytes, without any framing.
  public let encode: @Sendable (M) throws -> [UInt8]

  /// A codec from its two functions.
  @inlinable public init(
    decode: @escaping @Sendable ([UInt8]) throws -> M,
    encode: @escaping @Sendable (M) throws -> [UInt8]
  ) {
    self.decode = decode
    self.encode = encode
  }

  /// ``decode`` with any error made `internal`, as gRPC wants for a message that does not parse.
  @inlinable public func decoded(_ bytes: [UInt8]) throws -> M {
    do { return try decode(bytes) } catch { throw CodecFailure.unreadable(error) }
  }

  /// ``encode`` with any error made `internal`.
  @inlinable public func encoded(_ message: M) throws -> [UInt8] {
    do { return try encode(message) } catch { throw CodecFailure.unwritable(error) }
  }
}

extension MessageCodec where M == [UInt8] {
  /// The bytes as they are.
  public static var bytes: MessageCodec { MessageCodec(decode: { $0 }, encode: { $0 }) }
}

/// Kept apart from the generic code so that the cold path is not specialised with it.
@usableFromInline enum CodecFailure {
  @usableFromInline static func unreadable(_ error: any Error) -> RPCError {
    (error as? RPCError) ?? RPCError(.internal, "the message does not parse", cause: error)
  }

  @usableFromInline static func unwritable(_ error: any Error) -> RPCError {
    (error as? RPCError) ?? RPCError(.internal, "the message cannot be serialized", cause: error)
  }
}
