import Domain
import Testing

@Suite struct RupeesTests {
  @Test(
    arguments: [
      ("0", 0), ("1.500", 1_500_000), ("12", 12_000_000), ("0.000001", 1),
      ("999999999.999999", 999_999_999_999_999), ("007.5", 7_500_000),
    ] as [(String, Int64)])
  func `a decimal is read exactly`(text: String, micros: Int64) {
    #expect(Rupees(decimal: text) == Rupees(micros: micros))
  }

  @Test(arguments: [
    "", ".", "1.", ".5", "-1", "+1", "1,5", "1.2.3", "1e3", " 1", "1 ", "१", "1000000000",
    "0.0000001", "NaN", "1.\u{0}",
  ])
  func `anything else is no amount`(text: String) {
    #expect(Rupees(decimal: text) == nil)
  }
}
