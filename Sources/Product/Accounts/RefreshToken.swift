internal import Buffers
internal import TLS

/// What a client keeps to get its next session: `prt_` and 256 random bits. Works once.
struct RefreshToken: Sendable {
  let text: String

  private static let prefix = "prt_"

  /// A new one.
  init() {
    text = Self.prefix + Base64.encode(RandomBytes.generate(32), variant: .urlSafe, padded: false)
  }

  /// One that was sent; nil when it has another form.
  init?(_ text: String) {
    guard text.hasPrefix(Self.prefix), text.utf8.count == 47 else { return nil }
    self.text = text
  }

  /// What is stored of it.
  var hash: [UInt8] { Digest.sha256(text.utf8) }
}
