package import Domain

/// How calls are placed and kept; set once at start.
package struct CallSettings: Sendable {
  /// This process, as leases name it.
  package var owner: String
  /// Scheme, host and port under which the carrier reaches this process, `wss://host:port`; known
  /// once the server listens.
  package var streamBase: @Sendable () -> String
  /// The same for status callbacks: `https://host:port`.
  package var callbackBase: @Sendable () -> String
  /// Key the one-time tokens in stream addresses.
  package var streamTokenKeys: PurposeKeys
  /// Encrypt the keys of recordings.
  package var recordingMasterKeys: PurposeKeys
  /// Where recordings are written while a call goes on.
  package var spoolDirectory: String
  package var pricing = Pricing()
  /// Whether a language model is asked what came of each call.
  package var analyzesCalls = true

  package init(
    owner: String, streamBase: @escaping @Sendable () -> String,
    callbackBase: @escaping @Sendable () -> String, streamTokenKeys: PurposeKeys,
    recordingMasterKeys: PurposeKeys, spoolDirectory: String
  ) {
    self.owner = owner
    self.streamBase = streamBase
    self.callbackBase = callbackBase
    self.streamTokenKeys = streamTokenKeys
    self.recordingMasterKeys = recordingMasterKeys
    self.spoolDirectory = spoolDirectory
  }
}
