import Domain
import Testing

@Suite struct PhoneNumberTests {
  @Test(arguments: [
    ("+919876500001", PhoneNumber.Kind.subscriber), ("+918047120000", .subscriber),
    ("+911140000000", .subscriber), ("+911400000000", .promotionalSeries),
    ("+911600110001", .serviceSeries), ("+911601110001", .serviceSeries),
    ("+911800110000", .inboundService), ("+911860110000", .inboundService),
  ])
  func `a number is told by its series`(text: String, kind: PhoneNumber.Kind) throws {
    let number = try #require(PhoneNumber(text))
    #expect(number.kind == kind)
    #expect(number.isDiallable == (kind == .subscriber))
  }

  @Test(arguments: [
    "", "+91", "9876500001", "09876500001", "919876500001", "+910876500001", "+91987650000",
    "+9198765000011", "+91 9876500001", "+91987650000a", "+14155550100", "+91९८७६५००००१",
    "+91\u{200B}987650000", "+91987650000\u{0}",
  ])
  func `nothing else is taken, and nothing repaired`(text: String) {
    #expect(PhoneNumber(text) == nil)
  }

  @Test func `a description shows two digits`() throws {
    #expect("\(try #require(PhoneNumber("+919876500042")))" == "+91••••••••42")
  }
}
