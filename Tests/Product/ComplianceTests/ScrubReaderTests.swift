import Compliance
import Domain
import Testing

@Suite struct ScrubReaderTests {
  typealias Categories = DoNotDisturbCategories

  /// All numbers of a file that comes in pieces of a size.
  private func read(
    _ text: String, _ polarity: ScrubPolarity = .blocked, pieces size: Int = 65_536
  ) throws -> [ScrubbedNumber] {
    var reader = try ScrubReader(polarity)
    var numbers: [ScrubbedNumber] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      numbers += try reader.read(Array(rest.prefix(size)))
      rest = rest.dropFirst(size)
    }
    numbers += try reader.readLast()
    #expect(reader.count == numbers.count)
    return numbers
  }

  @Test(
    arguments: [
      ("", .all, .all), ("FULLY_BLOCKED", .all, .all),
      ("BANKING_FINANCE", .bankingFinance, Categories.all.subtracting(.bankingFinance)),
      (
        "REAL_ESTATE|TOURISM_LEISURE", [.realEstate, .tourism],
        Categories.all.subtracting([.realEstate, .tourism])
      ),
    ] as [(String, Categories, Categories)])
  func `polarity says what is listed`(
    field: String, blocked: Categories, allowed: Categories
  ) throws {
    let line = "+919876500001,\(field)\n"
    #expect(try read(line, .blocked).map(\.blocked) == [blocked])
    #expect(try read(line, .allowed).map(\.blocked) == [allowed])
  }

  @Test(arguments: [1, 2, 7, 33, 65_536])
  func `pieces, line ends and the head make no difference`(size: Int) throws {
    let lines = ["+919876500001,EDUCATION", "+919876500002,", "+919876500003"]
    let expected = try read(lines.joined(separator: "\n"))
    #expect(expected.map(\.blocked) == [.education, .all, .all])
    for text in [
      lines.joined(separator: "\r\n"), lines.joined(separator: "\n") + "\n",
      "number,categories\n" + lines.joined(separator: "\n"),
    ] {
      #expect(try read(text, pieces: size) == expected)
    }
  }

  @Test(arguments: [
    ("", 1), ("number,categories\n", 2), ("9876500001,HEALTH", 1), ("+919876500001,1", 1),
    ("+919876500001,health", 1), ("+919876500001,HEALTH|", 1),
    ("+919876500001,HEALTH|FULLY_BLOCKED", 1), ("+919876500001,HEALTH,EDUCATION", 1),
    ("+919876500001,\n\n+919876500002,", 2), ("+919876500001,\nnumber,categories\n", 2),
    ("\u{FEFF}+919876500001,", 1), ("+919876500001,\n" + String(repeating: "9", count: 301), 2),
    ("+919876500001,\n" + String(repeating: "9", count: 301) + "\n", 2),
    ("+919876500001 ,HEALTH", 1), ("\"+919876500001\",HEALTH", 1), ("+919876500001,\0", 1),
  ])
  func `what is wrong is refused by its line and never shown`(text: String, line: Int) throws {
    for size in [1, 65_536] {
      let fault = #expect(throws: ScrubFault.self) { try read(text, pieces: size) }
      #expect(fault?.line == line)
      #expect(!(fault?.description.contains("98765") ?? true))
    }
  }

  @Test(arguments: ["", " JIO", "J;O", "ज", String(repeating: "J", count: 41)])
  func `an operator has a plain name`(name: String) {
    let time = TestClock().now
    #expect(
      ScrubSnapshot(by: name, at: time, .blocked, isComplete: true, importer: nil) == nil)
  }

  @Test func `a scrub holds to the end of its day in India`() throws {
    let midnight = IndianTime.midnight(2026, 11, 24)
    for (time, end) in [
      (midnight - .seconds(1), midnight), (midnight, midnight + .seconds(86_400)),
    ] {
      let scrub = try #require(
        ScrubSnapshot(by: "JIO", at: time, .blocked, isComplete: true, importer: nil))
      #expect(scrub.expireTime == end)
    }
  }
}
