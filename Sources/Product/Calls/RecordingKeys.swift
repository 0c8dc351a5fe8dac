internal import Domain
internal import TLS

/// Each recording has a key of its own, kept only wrapped by the master key: destroying the wrapped
/// key destroys the recording, backups included.
struct RecordingKeys: Sendable {
  private let master: [UInt8]

  init(master: [UInt8]) { self.master = master }

  /// A fresh key for the recording of `call`, plain and wrapped.
  func make(for call: CallID) throws -> (key: [UInt8], wrapped: [UInt8]) {
    let key = AES256GCM.generateKey()
    return (key, try AES256GCM(key: master).seal(key, authenticating: Array(call.text.utf8)))
  }

  /// The key in `wrapped`; throws when it is another call's or was changed.
  func unwrap(_ wrapped: [UInt8], for call: CallID) throws -> [UInt8] {
    try AES256GCM(key: master).open(wrapped, authenticating: Array(call.text.utf8))
  }
}
