/// A certificate chain and its private key, as PEM text.
public struct TLSIdentity: Sendable {
  /// The own certificate first, then the issuers a peer may need.
  public var certificateChain: [UInt8]
  /// Not encrypted. Never logged.
  public var privateKey: [UInt8]

  /// An identity of these texts; they are checked where they are used.
  public init(certificateChain: [UInt8], privateKey: [UInt8]) {
    self.certificateChain = certificateChain
    self.privateKey = privateKey
  }
}

/// Whom a client believes.
public enum TLSTrust: Sendable {
  /// The certificate authorities of the operating system.
  case systemRoots
  /// Only these certificates (PEM); the name is checked as well.
  case authorities([UInt8])
  /// Exactly this certificate (PEM), whatever its names: for a server on loopback only.
  case pinned([UInt8])
}
