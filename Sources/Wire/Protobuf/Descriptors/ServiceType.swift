/// A service as its proto file declares it.
public struct ServiceType: Sendable {
  /// One method of a service.
  public struct Method: Sendable {
    public let name: String
    /// Full name of the request's type.
    public let inputName: String
    /// Full name of the response's type.
    public let outputName: String
    public let isClientStreaming: Bool
    public let isServerStreaming: Bool
    /// Wire bytes of `google.protobuf.MethodOptions`.
    public let options: [UInt8]
  }

  /// With the package, without a leading dot.
  public let fullName: String
  public let methods: [Method]
}
