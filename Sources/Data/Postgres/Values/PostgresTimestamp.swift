internal import Buffers

/// A `timestamptz`: microseconds since 1970-01-01 UTC, the resolution PostgreSQL keeps.
package struct PostgresTimestamp: Sendable, Hashable, Comparable {
  package var microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }

  package init(seconds: Int64) { microseconds = seconds * 1_000_000 }

  package static func < (a: Self, b: Self) -> Bool { a.microseconds < b.microseconds }

  /// Moves the moment by a duration; anything below a microsecond is dropped.
  package func advanced(by duration: Duration) -> PostgresTimestamp {
    let (seconds, attoseconds) = duration.components
    return Self(
      microseconds: microseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
  }
}

extension PostgresTimestamp: PostgresEncodable, PostgresDecodable {
  package var bind: Bind { .text(description) }

  package init(postgresText text: ArraySlice<UInt8>) throws(PostgresError) {
    var reader = TimestampReader(text)
    guard let value = reader.read() else { throw .unreadable(as: "timestamp") }
    self = value
  }
}

extension PostgresTimestamp: CustomStringConvertible {
  /// `2026-11-23T06:39:24.000000Z`, RFC 3339 in UTC with six digits.
  package var description: String {
    let day = microseconds.flooredQuotient(by: 86_400_000_000)
    let inDay = microseconds - day * 86_400_000_000
    let date = CivilDate(daysSince1970: Int(day))
    let seconds = inDay / 1_000_000
    return pad(Int64(date.year), 4) + "-" + pad(Int64(date.month), 2) + "-"
      + pad(Int64(date.day), 2) + "T"
      + pad(seconds / 3600, 2) + ":" + pad(seconds / 60 % 60, 2) + ":" + pad(seconds % 60, 2) + "."
      + pad(inDay % 1_000_000, 6) + "Z"
  }

  private func pad(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

/// Reads PostgreSQL's ISO form with the session in UTC: `2026-11-23 06:39:24.12+00`.
private struct TimestampReader {
  private var rest: ArraySlice<UInt8>

  init(_ text: ArraySlice<UInt8>) { rest = text }

  mutating func read() -> PostgresTimestamp? {
    guard let year = digits(4...6), take("-"), let month = digits(2...2), take("-"),
      let day = digits(2...2), take(" ") || take("T"), let hour = digits(2...2), take(":"),
      let minute = digits(2...2), take(":"), let second = digits(2...2),
      (1...12).contains(month), (1...31).contains(day), let micros = fraction(),
      let offset = offsetSeconds(), rest.isEmpty
    else { return nil }
    let date = CivilDate(year: Int(year), month: Int(month), day: Int(day))
    let seconds = Int64(date.daysSince1970) * 86_400 + hour * 3600 + minute * 60 + second - offset
    return PostgresTimestamp(microseconds: seconds * 1_000_000 + micros)
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func digits(_ count: ClosedRange<Int>) -> Int64? {
    let run = rest.prefix(count.upperBound).prefix { (48...57).contains($0) }
    guard count.contains(run.count) else { return nil }
    rest = rest.dropFirst(run.count)
    return run.reduce(0) { $0 * 10 + Int64($1 - 48) }
  }

  private mutating func fraction() -> Int64? {
    guard take(".") else { return 0 }
    let before = rest.count
    guard let value = digits(1...6) else { return nil }
    return (before - rest.count..<6).reduce(value) { scaled, _ in scaled * 10 }
  }

  private mutating func offsetSeconds() -> Int64? {
    if take("Z") || rest.isEmpty { return 0 }
    let sign: Int64 = take("-") ? -1 : 1
    if sign == 1, !take("+") { return nil }
    guard let hours = digits(2...2) else { return nil }
    let minutes = take(":") ? digits(2...2) : 0
    guard let minutes else { return nil }
    return sign * (hours * 3600 + minutes * 60)
  }
}
