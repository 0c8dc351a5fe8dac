internal import TLS

/// The secrets that prove who calls back: the current one and, during a rotation, the one before.
struct WebhookSecrets: Sendable {
  private let texts: @Sendable () -> [String]

  /// `texts` is asked at each use. Precondition: it gives at least one, and none is empty.
  init(_ texts: @escaping @Sendable () -> [String]) { self.texts = texts }

  private var all: [[UInt8]] {
    let texts = texts()
    precondition(!texts.isEmpty && !texts.contains(""), "exotel webhook secret is empty")
    return texts.map { Array($0.utf8) }
  }

  /// The one to sign with.
  var current: [UInt8] { all[0] }

  /// Whether `claimed` is what one of the secrets gives; every one is tried, over bytes and in constant
  /// time.
  func match(_ claimed: String, _ expected: ([UInt8]) -> String) -> Bool {
    all.reduce(false) { found, secret in
      let isEqual = constantTimeEquals(Array(claimed.utf8), Array(expected(secret).utf8))
      return isEqual || found
    }
  }
}
