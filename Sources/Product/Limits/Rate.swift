/// So many calls in so long a time; that many may come at once.
package struct Rate: Sendable, Hashable, CustomStringConvertible {
  /// At least 1.
  package let limit: Int
  /// In seconds, at least 1.
  package let period: Int

  /// Nil when a number is out of range: `limit` 1 to 1,000,000, `period` 1 second to a day.
  package init?(limit: Int, period: Int) {
    guard (1...1_000_000).contains(limit), (1...86_400).contains(period) else { return nil }
    self.limit = limit
    self.period = period
  }

  /// A constant of ours; traps when a number is out of range.
  package init(_ limit: Int, perMinutes minutes: Int) {
    precondition(limit > 0 && minutes > 0, "our bug: a rate of nothing")
    self.limit = limit
    period = minutes * 60
  }

  /// Reads `100/min`, `5/s`, `2000/hour` or `10/30s`; nil for other text.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let limit = Int(parts[0]), let period = Self.seconds(parts[1]) else {
      return nil
    }
    self.init(limit: limit, period: period)
  }

  private static func seconds(_ text: Substring) -> Int? {
    switch text {
    case "s", "sec", "second": 1
    case "min", "minute": 60
    case "h", "hour": 3600
    default: text.hasSuffix("s") ? Int(text.dropLast()) : nil
    }
  }

  package var description: String { "\(limit)/\(period)s" }
}
