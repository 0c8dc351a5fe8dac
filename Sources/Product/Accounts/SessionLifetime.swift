/// How long a login lasts without being used.
enum SessionLifetime {
  static let standard = Duration.seconds(30 * 86_400)
  static let allowed = Duration.seconds(3_600) ... .seconds(90 * 86_400)

  /// The lifetime that a merchant's settings say as ProtoJSON, `3600s`; the standard one without.
  static func parse(_ text: String?) -> Duration {
    guard let text, text.hasSuffix("s"), let seconds = Double(text.dropLast()) else {
      return standard
    }
    return min(max(.seconds(seconds), allowed.lowerBound), allowed.upperBound)
  }
}
