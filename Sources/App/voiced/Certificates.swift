internal import Configuration
internal import TLS
internal import Telemetry

/// The server's certificate: files of the data folder, made for development when there are none.
struct Certificates {
  /// The chain, also what a client of a development server trusts.
  let chainPath: String
  let context: TLSContext

  private let keyPath: String

  private static let expiry = MetricsRegistry.process.gauge(
    "tls_certificate_expiry_timestamp_seconds",
    help: "When the server's certificate ends, in seconds since 1970.")

  /// Reads `tls/ca.pem` and `tls/key.pem`, or makes a self-signed pair good for this machine when
  /// both are missing.
  init(folder: String) throws {
    chainPath = folder + "/tls/ca.pem"
    keyPath = folder + "/tls/key.pem"
    if try Folder.read(chainPath) == nil, try Folder.read(keyPath) == nil {
      let made = try SelfSignedCertificate.generate()
      try Folder.publish(
        folder + "/tls", [("key.pem", made.privateKey), ("ca.pem", made.certificateChain)])
    }
    let identity = try Self.read(chainPath, keyPath)
    context = try TLSContext.server(identity: identity)
    Self.expiry.set(try identity.expiry())
  }

  /// Uses the files as they are now for connections from now on; on failure the old pair stays,
  /// and the log says why.
  func reload() {
    do {
      let identity = try Self.read(chainPath, keyPath)
      let end = try identity.expiry()
      try context.reload(identity: identity)
      Self.expiry.set(end)
      Log("voiced").info("the certificate was read again")
    } catch {
      Log("voiced").error("the certificate stays as it was", ["error": "\(error)"])
    }
  }

  private static func read(_ chain: String, _ key: String) throws -> TLSIdentity {
    guard let chainBytes = try Folder.read(chain), let keyBytes = try Folder.read(key) else {
      throw SettingsError("\(chain) and \(key) belong together, and not both are there")
    }
    return TLSIdentity(certificateChain: chainBytes, privateKey: keyBytes)
  }
}
