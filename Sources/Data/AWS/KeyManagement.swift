internal import Buffers
package import EventLoop
package import HTTPClient

/// AWS KMS, as far as wrapping small keys goes. Safe from any task.
///
/// Its keys never leave it: what they wrap is opened there, and only with the context that it was wrapped
/// with. Throttling and faults are tried again, four times in all; a key that is disabled, or a wrong
/// context, is not.
package struct KeyManagement: Sendable {
  /// What only KMS can open.
  package struct WrappedKey: Sendable, Equatable {
    package let blob: [UInt8]
    /// The ARN of the key that wraps it, whatever it was named by.
    package let wrappingKey: String

    package init(blob: [UInt8], wrappingKey: String) {
      self.blob = blob
      self.wrappingKey = wrappingKey
    }
  }

  /// Bytes of a data key.
  private static let keyLength = 32
  /// Bytes that KMS encrypts at most.
  private static let longestText = 4_096

  private let link: JSONLink

  /// `endpoint` replaces the region's own address.
  package init(
    region: String, endpoint: String?, credentials: CredentialChain, client: HTTPClient,
    loop: EventLoop
  ) {
    self.init(
      region: region, endpoint: endpoint,
      world: World(credentials: credentials, client: client, loop: loop))
  }

  init(region: String, endpoint: String?, world: World) {
    link = JSONLink(
      .init(name: "kms", target: "TrentService", region: region, endpoint: endpoint), world: world)
  }

  /// A fresh key of 32 bytes, and the same wrapped by `key`: an id, an alias or an ARN.
  package func generateDataKey(
    under key: String, context: [String: String]
  ) async throws -> (key: [UInt8], wrapped: WrappedKey) {
    var body = JSONWriter()
    body.beginObject()
    body.key("KeyId")
    body.string(key)
    body.key("KeySpec")
    body.string("AES_256")
    Self.write(context, to: &body)
    body.endObject()
    let answer = try await link.call("GenerateDataKey", body.bytes)
    return (
      try Self.plaintext(answer, "GenerateDataKey"), try Self.wrapped(answer, "GenerateDataKey")
    )
  }

  /// `plaintext`, of 4,096 bytes at most, wrapped by `key`.
  package func encrypt(
    _ plaintext: [UInt8], under key: String, context: [String: String]
  ) async throws -> WrappedKey {
    guard plaintext.count <= Self.longestText else {
      throw AWSError(
        .refused(code: "ValidationException"),
        "kms Encrypt: the text has \(plaintext.count) bytes; the limit is \(Self.longestText)")
    }
    var body = JSONWriter()
    body.beginObject()
    body.key("KeyId")
    body.string(key)
    body.key("Plaintext")
    body.base64(plaintext)
    Self.write(context, to: &body)
    body.endObject()
    return try Self.wrapped(try await link.call("Encrypt", body.bytes), "Encrypt")
  }

  /// The 32 bytes in `wrapped`. KMS refuses what another key wraps, and another context.
  package func decrypt(
    _ wrapped: WrappedKey, context: [String: String]
  ) async throws -> [UInt8] {
    var body = JSONWriter()
    body.beginObject()
    body.key("KeyId")
    body.string(wrapped.wrappingKey)
    body.key("CiphertextBlob")
    body.base64(wrapped.blob)
    Self.write(context, to: &body)
    body.endObject()
    return try Self.plaintext(try await link.call("Decrypt", body.bytes), "Decrypt")
  }

  /// In the order of the names, so that equal requests are equal bytes.
  private static func write(_ context: [String: String], to body: inout JSONWriter) {
    body.key("EncryptionContext")
    body.beginObject()
    for (name, value) in context.sorted(by: { $0.key < $1.key }) {
      body.key(name)
      body.string(value)
    }
    body.endObject()
  }

  private static func plaintext(
    _ answer: JSONValue, _ operation: String
  ) throws(AWSError) -> [UInt8] {
    guard let bytes = answer["Plaintext"]?.stringValue.flatMap({ Base64.decode($0) }),
      bytes.count == keyLength
    else {
      throw AWSError(.unavailable, "kms \(operation): the answer holds no key of 32 bytes")
    }
    return bytes
  }

  private static func wrapped(
    _ answer: JSONValue, _ operation: String
  ) throws(AWSError) -> WrappedKey {
    guard let blob = answer["CiphertextBlob"]?.stringValue.flatMap({ Base64.decode($0) }),
      let key = answer["KeyId"]?.stringValue, !blob.isEmpty, (1...2_048).contains(key.utf8.count)
    else { throw AWSError(.unavailable, "kms \(operation): the answer holds no wrapped key") }
    return WrappedKey(blob: blob, wrappingKey: key)
  }
}
