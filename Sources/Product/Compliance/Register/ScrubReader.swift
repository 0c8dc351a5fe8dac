package import Domain
internal import TLS

/// What a scrub file lists of a number.
package enum ScrubPolarity: String, Sendable, CaseIterable {
  /// The categories that the person blocks, as under TCCCPR 2018.
  case blocked
  /// The categories that the person lets through, as in registers of 2010; all others are blocked.
  case allowed
}

/// What a scrub says of one number.
package struct ScrubbedNumber: Sendable, Hashable {
  package let number: PhoneNumber
  package let blocked: DoNotDisturbCategories
}

/// Why a scrub file is refused. Names the line and never what is in it.
package struct ScrubFault: Error, Hashable, CustomStringConvertible {
  /// 1 for the first.
  package let line: Int
  package let reason: String

  package var description: String { "line \(line): \(reason)" }
}

/// Reads a scrub file as its bytes come: `number,categories` a line, the categories with `|` between
/// them. The first line may be that head. A number without categories, or with `FULLY_BLOCKED`, is blocked
/// for all, whatever the polarity.
package struct ScrubReader: ~Copyable {
  /// Bytes of the longest line.
  static let lineLimit = 300
  private static let head = Array("number,categories".utf8)

  private let polarity: ScrubPolarity
  private var digest: StreamingSHA256
  private var rest: [UInt8] = []
  private var line = 0
  /// Numbers so far, also those that came more than once.
  package private(set) var count = 0

  package init(_ polarity: ScrubPolarity) throws {
    self.polarity = polarity
    digest = try StreamingSHA256()
  }

  /// The numbers of the lines that `bytes` complete.
  package mutating func read(_ bytes: [UInt8]) throws(ScrubFault) -> [ScrubbedNumber] {
    digest.update(bytes)
    var numbers: [ScrubbedNumber] = []
    var start = bytes.startIndex
    while let end = bytes[start...].firstIndex(of: 0x0A) {
      let whole = rest.isEmpty ? bytes[start..<end] : (rest + bytes[start..<end])[...]
      rest = []
      try take(whole, &numbers)
      start = end + 1
    }
    rest += bytes[start...]
    guard rest.count <= Self.lineLimit else { throw tooLong(line + 1) }
    return numbers
  }

  /// The number of a last line without an end.
  package mutating func readLast() throws(ScrubFault) -> [ScrubbedNumber] {
    var numbers: [ScrubbedNumber] = []
    if !rest.isEmpty { try take(rest[...], &numbers) }
    rest = []
    guard count > 0 else { throw ScrubFault(line: line + 1, reason: "the file lists no number") }
    return numbers
  }

  /// The SHA-256 of all that was read.
  package consuming func finish() -> [UInt8] { digest.finish() }

  private mutating func take(
    _ bytes: ArraySlice<UInt8>, _ numbers: inout [ScrubbedNumber]
  ) throws(ScrubFault) {
    line += 1
    guard bytes.count <= Self.lineLimit else { throw tooLong(line) }
    let text = bytes.last == 0x0D ? bytes.dropLast() : bytes
    if line == 1, text.elementsEqual(Self.head) { return }
    let fields = text.split(separator: 0x2C, omittingEmptySubsequences: false)
    guard (1...2).contains(fields.count) else {
      throw ScrubFault(line: line, reason: "expected a number and its categories")
    }
    guard let number = PhoneNumber(String(decoding: fields[0], as: UTF8.self)) else {
      throw ScrubFault(line: line, reason: "expected +91 and ten digits")
    }
    let blocked = try categories(fields.count == 2 ? fields[1] : [])
    numbers.append(ScrubbedNumber(number: number, blocked: blocked))
    count += 1
  }

  private func categories(
    _ field: ArraySlice<UInt8>
  ) throws(ScrubFault) -> DoNotDisturbCategories {
    let names = field.split(separator: 0x7C, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    if field.isEmpty || names == ["FULLY_BLOCKED"] { return .all }
    var listed: DoNotDisturbCategories = []
    for (index, name) in names.enumerated() {
      guard let category = DoNotDisturbCategories(named: name) else {
        throw ScrubFault(line: line, reason: "category \(index + 1) is none that is known")
      }
      listed.formUnion(category)
    }
    return polarity == .blocked ? listed : DoNotDisturbCategories.all.subtracting(listed)
  }

  private func tooLong(_ line: Int) -> ScrubFault {
    ScrubFault(line: line, reason: "the line has more than \(Self.lineLimit) bytes")
  }
}
