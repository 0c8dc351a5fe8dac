internal import TLS

/// A key that seals what belongs to one thing, as a document's text: kept only wrapped by a seal, so that another
/// master key changes nothing but the wrapping, and to delete the wrapped key is to delete what it sealed.
package struct DataKey: Sendable {
  /// What wrapping adds; the rest is the key.
  package let wrapped: [UInt8]
  private let cipher: AES256GCM

  /// A fresh key, wrapped for `context`: what it is for, whose, and in which row.
  package init(under seal: DataSeal, for context: [String]) throws {
    let key = AES256GCM.generateKey()
    cipher = try AES256GCM(key: key)
    wrapped = try seal.seal(key, for: context)
  }

  /// The key in `wrapped`; throws like ``DataSeal/open(_:for:)``.
  package init(_ wrapped: [UInt8], under seal: DataSeal, for context: [String]) throws {
    cipher = try AES256GCM(key: try seal.open(wrapped, for: context))
    self.wrapped = wrapped
  }

  /// `bytes`, to be opened in `place` only.
  package func seal(_ bytes: [UInt8], in place: String) throws -> [UInt8] {
    try cipher.seal(bytes, authenticating: Array(place.utf8))
  }

  /// What was sealed in `place`; throws `TLSError` for anything else.
  package func open(_ sealed: [UInt8], in place: String) throws -> [UInt8] {
    try cipher.open(sealed, authenticating: Array(place.utf8))
  }
}
