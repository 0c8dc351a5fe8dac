internal import Domain
internal import TLS

/// Each recording has a key of its own, kept only wrapped by a master key: destroying the wrapped
/// key destroys the recording, backups included.
struct RecordingKeys: Sendable {
  private let cipher: MarkedCipher

  init(master: PurposeKeys) { cipher = MarkedCipher(keys: master) }

  /// A fresh key for the recording of `call`, plain and wrapped.
  func make(for call: CallID) throws -> (key: [UInt8], wrapped: [UInt8]) {
    let key = AES256GCM.generateKey()
    return (key, try cipher.seal(key, authenticating: Array(call.text.utf8)))
  }

  /// The key in `wrapped`; throws when it is another call's or was changed.
  func unwrap(_ wrapped: [UInt8], for call: CallID) throws -> [UInt8] {
    try cipher.open(wrapped, authenticating: Array(call.text.utf8))
  }

  /// The same wrapped by the current master key; nil when it is.
  func renew(_ wrapped: [UInt8], for call: String) throws -> [UInt8]? {
    try cipher.renew(wrapped, authenticating: Array(call.utf8))
  }
}
