internal import Configuration
internal import FoundationEssentials
internal import TLS
internal import Telemetry

/// The server's certificate: files of the data folder, made for development when there are none.
struct Certificates {
  /// The chain, also what a client of a development server trusts.
  let chainPath: String
  let context: TLSContext

  private let keyPath: String

  /// Reads `tls/ca.pem` and `tls/key.pem`, or makes a self-signed pair good for this machine.
  init(folder: String) throws {
    chainPath = folder + "/tls/ca.pem"
    keyPath = folder + "/tls/key.pem"
    if !FileManager.default.fileExists(atPath: chainPath) {
      let made = try SelfSignedCertificate.generate()
      try Folder.make(folder + "/tls")
      try Folder.write(made.privateKey, to: keyPath)
      try Folder.write(made.certificateChain, to: chainPath)
    }
    context = try TLSContext.server(identity: try Self.read(chainPath, keyPath))
  }

  /// Uses the files as they are now for connections from now on; on failure the old pair stays,
  /// and the log says why.
  func reload() {
    do {
      try context.reload(identity: try Self.read(chainPath, keyPath))
      Log("voiced").info("the certificate was read again")
    } catch {
      Log("voiced").error("the certificate stays as it was", ["error": "\(error)"])
    }
  }

  private static func read(_ chain: String, _ key: String) throws -> TLSIdentity {
    guard let chainBytes = FileManager.default.contents(atPath: chain),
      let keyBytes = FileManager.default.contents(atPath: key)
    else { throw SettingsError("cannot read \(chain) and \(key)") }
    return TLSIdentity(certificateChain: Array(chainBytes), privateKey: Array(keyBytes))
  }
}
