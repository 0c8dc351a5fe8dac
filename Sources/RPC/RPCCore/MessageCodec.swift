/// How one message type becomes bytes and back. Errors it throws are told to the peer as `internal`,
/// or as the protocol has it that brought the bytes.
public struct MessageCodec<M: Sendable>: Sendable {
  /// Makes the message from exactly these bytes.
  public let decode: @Sendable ([UInt8]) throws -> M
  /// The message's bytes, without any framing.
  public let encode: @Sendable (M) throws -> [UInt8]
  /// The way by objects in place of bytes, where the codec has one.
  public let objects: ObjectCodec<M>?

  /// A codec from its two functions.
  @inlinable public init(
    decode: @escaping @Sendable ([UInt8]) throws -> M,
    encode: @escaping @Sendable (M) throws -> [UInt8], objects: ObjectCodec<M>? = nil
  ) {
    self.decode = decode
    self.encode = encode
    self.objects = objects
  }

  /// ``decode`` with any error made `internal`, as gRPC wants for a message that does not parse.
  @inlinable public func decoded(_ bytes: [UInt8]) throws -> M {
    do { return try decode(bytes) } catch { throw CodecFailure.unreadable(error, .internal) }
  }

  /// ``decode`` of what came through `port`, with any error made its ``MessagePort/unreadableCode``.
  @inlinable func decoded(_ bytes: [UInt8], from port: any MessagePort) throws -> M {
    do { return try decode(bytes) } catch {
      throw CodecFailure.unreadable(error, port.unreadableCode)
    }
  }

  /// ``encode`` with any error made `internal`.
  @inlinable public func encoded(_ message: M) throws -> [UInt8] {
    do { return try encode(message) } catch { throw CodecFailure.unwritable(error) }
  }

  /// The message that `object` from `port` is; by way of bytes where the codec knows no objects.
  @inlinable func decoded(_ object: any MessageObject, from port: any MessagePort) throws -> M {
    guard let objects else { return try decoded(object.serializedBytes(), from: port) }
    do { return try objects.decode(object) } catch {
      throw CodecFailure.unreadable(error, port.unreadableCode)
    }
  }
}

/// A message in the form that a codec and an edge have in common, so that the edge's own form (JSON)
/// and the handler's value become each other without wire bytes in between.
public protocol MessageObject: AnyObject, Sendable {
  /// The message's bytes, for who knows no other form.
  func serializedBytes() -> [UInt8]
}

/// How one message type becomes objects and back.
public struct ObjectCodec<M: Sendable>: Sendable {
  /// Makes the message from an object of its type.
  public let decode: @Sendable (any MessageObject) throws -> M
  /// The message as an object.
  public let encode: @Sendable (M) throws -> any MessageObject

  /// A codec from its two functions.
  @inlinable public init(
    decode: @escaping @Sendable (any MessageObject) throws -> M,
    encode: @escaping @Sendable (M) throws -> any MessageObject
  ) {
    self.decode = decode
    self.encode = encode
  }

  /// ``encode`` with any error made `internal`.
  @inlinable func encoded(_ message: M) throws -> any MessageObject {
    do { return try encode(message) } catch { throw CodecFailure.unwritable(error) }
  }
}

extension MessageCodec where M == [UInt8] {
  /// The bytes as they are.
  public static var bytes: MessageCodec { MessageCodec(decode: { $0 }, encode: { $0 }) }
}

/// Kept apart from the generic code so that the cold path is not specialised with it.
@usableFromInline enum CodecFailure {
  @usableFromInline static func unreadable(_ error: any Error, _ code: StatusCode) -> RPCError {
    (error as? RPCError) ?? RPCError(code, "the message does not parse", cause: error)
  }

  @usableFromInline static func unwritable(_ error: any Error) -> RPCError {
    (error as? RPCError) ?? RPCError(.internal, "the message cannot be serialized", cause: error)
  }
}
