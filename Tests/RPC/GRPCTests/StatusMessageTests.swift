import Testing

@testable import GRPC

@Suite struct StatusMessageTests {
  private static let special =
    "\t\ntest with whitespace\r\nand Unicode BMP \u{263A} and non-BMP \u{1F608}\t\n"

  @Test(arguments: [
    ("plain ~ text", "plain ~ text"), ("50%", "50%25"), ("a\nb", "a%0Ab"), ("é", "%C3%A9"),
    ("\u{7F}", "%7F"), ("", ""),
  ])
  func `what is not printable is escaped in upper case`(message: String, value: String) {
    #expect(StatusMessage.encode(message) == value)
  }

  @Test func `the special message of the interop tests comes back whole`() {
    #expect(StatusMessage.decode(StatusMessage.encode(Self.special)) == Self.special)
  }

  @Test(arguments: [
    ("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("a%41", "aA"), ("%C3%28", "\u{FFFD}("),
  ])
  func `a broken value is read as well as it can be`(value: String, message: String) {
    #expect(StatusMessage.decode(value) == message)
  }
}
