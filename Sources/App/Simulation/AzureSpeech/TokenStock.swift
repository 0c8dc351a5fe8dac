internal import Buffers

/// The tokens of `issueToken`, each good for ten minutes; the newest thousand are kept.
struct TokenStock: Sendable {
  /// From its issue.
  private static let lifetime: Duration = .seconds(600)
  /// Tokens that are kept.
  private static let capacity = 1_000

  /// In the order of their issue.
  private var tokens: [(text: String, expiry: Duration)] = []

  /// A new token, in the form of a JWT.
  mutating func issue(at now: Duration) -> String {
    let expiry = now + Self.lifetime
    let parts = [
      #"{"alg":"none","typ":"JWT"}"#, #"{"exp":\#(expiry.milliseconds / 1_000)}"#,
      "sim-\(UInt64.random(in: .min ... .max))",
    ]
    let text = parts.map {
      Base64.encode(Array($0.utf8), variant: .urlSafe, padded: false)
    }.joined(separator: ".")
    tokens.append((text, expiry))
    if tokens.count > Self.capacity { tokens.removeFirst() }
    return text
  }

  /// Whether it was issued and has not expired.
  func holds(_ token: String, at now: Duration) -> Bool {
    tokens.contains { $0.text == token && now < $0.expiry }
  }
}
