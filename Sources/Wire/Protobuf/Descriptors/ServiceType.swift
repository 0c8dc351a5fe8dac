/// A service as its proto file declares it.
public struct ServiceType: Sendable {
  /// One method of a service.
  public struct Method: Sendable {
    /// As the proto file spells it.
    public let name: String
    /// Full name of the request's type.
    public let inputName: String
    /// Full name of the response's type.
    public let outputName: String
    /// Whether the client sends any number of messages.
    public let isClientStreaming: Bool
    /// Whether the server sends any number of messages.
    public let isServerStreaming: Bool
    /// Wire bytes of `google.protobuf.MethodOptions`.
    public let options: [UInt8]
  }

  /// With the package, without a leading dot.
  public let fullName: String
  /// In the order they are declared.
  public let methods: [Method]
}
