/// How a value is written down for a store outside this process.
package struct CacheCodec<Value: Sendable>: Sendable {
  let encode: @Sendable (Value) throws -> [UInt8]
  let decode: @Sendable ([UInt8]) throws -> Value

  /// A value that `encode` or `decode` throws at is not kept, or not found. Name another area when
  /// the form changes: other versions of this server read the same Redis.
  package init(
    encode: @escaping @Sendable (Value) throws -> [UInt8],
    decode: @escaping @Sendable ([UInt8]) throws -> Value
  ) {
    self.encode = encode
    self.decode = decode
  }
}
