internal import Buffers
internal import Glibc

/// Wall-clock time as RFC 3339 text in UTC.
package enum Timestamp {
  /// Bytes of a text.
  fileprivate static let length = 24

  /// The time now, to the millisecond, as in "2026-11-23T06:39:26.123Z".
  package static func now() -> String {
    let (seconds, milliseconds) = clock()
    return text(seconds: seconds, milliseconds: milliseconds)
  }

  /// The text of a moment given in seconds since 1970 and milliseconds after that.
  package static func text(seconds: Int64, milliseconds: Int64 = 0) -> String {
    String(unsafeUninitializedCapacity: length) { characters in
      unsafe write(seconds, milliseconds, to: characters)
    }
  }

  fileprivate static func clock() -> (seconds: Int64, milliseconds: Int64) {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return (Int64(time.tv_sec), Int64(time.tv_nsec) / 1_000_000)
  }

  fileprivate static func write(
    _ seconds: Int64, _ milliseconds: Int64, to characters: UnsafeMutableBufferPointer<UInt8>
  ) -> Int {
    let days = seconds.flooredQuotient(by: 86_400)
    let ofDay = seconds - days * 86_400
    let date = CivilDate(daysSince1970: Int(days))
    var writer = unsafe DigitWriter(characters)
    writer.write(date.year, 4, then: "-")
    writer.write(date.month, 2, then: "-")
    writer.write(date.day, 2, then: "T")
    writer.write(ofDay / 3600, 2, then: ":")
    writer.write(ofDay / 60 % 60, 2, then: ":")
    writer.write(ofDay % 60, 2, then: ".")
    writer.write(milliseconds, 3, then: "Z")
    return writer.count
  }
}

/// ``Timestamp/now()`` again and again: the date is worked out once a second.
struct TimestampClock: ~Copyable {
  private var second = Int64.min
  private let characters: UnsafeMutableBufferPointer<UInt8>

  init() { unsafe characters = .allocate(capacity: Timestamp.length) }

  deinit { unsafe characters.deallocate() }

  /// Appends the time of now.
  mutating func appendNow(to text: inout TextBuffer) {
    let (seconds, milliseconds) = Timestamp.clock()
    append(seconds: seconds, milliseconds: milliseconds, to: &text)
  }

  /// Appends a moment as ``Timestamp/text(seconds:milliseconds:)`` writes it.
  mutating func append(seconds: Int64, milliseconds: Int64, to text: inout TextBuffer) {
    if seconds == second {
      var rest = milliseconds
      for place in stride(from: 22, through: 20, by: -1) {
        unsafe characters[place] = 48 + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      }
    } else {
      second = seconds
      _ = unsafe Timestamp.write(seconds, milliseconds, to: characters)
    }
    unsafe text.append(UnsafeBufferPointer(characters))
  }
}

/// Decimal digits with leading zeros, one number after the other.
private struct DigitWriter {
  private let characters: UnsafeMutableBufferPointer<UInt8>
  private(set) var count = 0

  init(_ characters: UnsafeMutableBufferPointer<UInt8>) { unsafe self.characters = characters }

  /// Writes the last `width` digits of a number that is not negative, and a separator.
  mutating func write(_ value: some BinaryInteger, _ width: Int, then separator: Unicode.Scalar) {
    var rest = value
    for place in stride(from: count + width - 1, through: count, by: -1) {
      unsafe characters[place] = 48 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    unsafe characters[count + width] = UInt8(ascii: separator)
    count += width + 1
  }
}
