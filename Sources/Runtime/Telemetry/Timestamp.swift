internal import Glibc

/// Wall-clock time as RFC 3339 text in UTC.
package enum Timestamp {
  /// The time now, to the millisecond, as in "2026-11-23T06:39:26.123Z".
  package static func now() -> String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return text(seconds: Int64(time.tv_sec), milliseconds: Int64(time.tv_nsec) / 1_000_000)
  }

  /// The text of a moment given in seconds since 1970 and milliseconds after that.
  package static func text(seconds: Int64, milliseconds: Int64 = 0) -> String {
    let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let ofDay = seconds - days * 86_400
    let (year, month, day) = civil(days)
    return String(unsafeUninitializedCapacity: 32) { characters in
      var writer = DigitWriter(characters)
      writer.write(year, 4, then: "-")
      writer.write(month, 2, then: "-")
      writer.write(day, 2, then: "T")
      writer.write(ofDay / 3600, 2, then: ":")
      writer.write(ofDay / 60 % 60, 2, then: ":")
      writer.write(ofDay % 60, 2, then: ".")
      writer.write(milliseconds, 3, then: "Z")
      return writer.count
    }
  }

  /// The Gregorian date `days` after 1970-01-01, by counting from March in 400-year eras.
  private static func civil(_ days: Int64) -> (Int64, Int64, Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let fromMarch = (5 * ofYear + 2) / 153
    let day = ofYear - (153 * fromMarch + 2) / 5 + 1
    let month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}

/// Decimal digits with leading zeros, one number after the other.
private struct DigitWriter {
  private let characters: UnsafeMutableBufferPointer<UInt8>
  private(set) var count = 0

  init(_ characters: UnsafeMutableBufferPointer<UInt8>) { unsafe self.characters = characters }

  /// Writes the last `width` digits of a number that is not negative, and a separator.
  mutating func write(_ value: Int64, _ width: Int, then separator: Unicode.Scalar) {
    var rest = value
    for place in stride(from: count + width - 1, through: count, by: -1) {
      unsafe characters[place] = 48 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    unsafe characters[count + width] = UInt8(ascii: separator)
    count += width + 1
  }
}
