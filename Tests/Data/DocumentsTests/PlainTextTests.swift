import Testing

@testable import Documents

@Suite struct PlainTextTests {
  private static let late = Array(repeating: UInt8(0x20), count: 1_024)
  private static let noise = Array(repeating: UInt8(0), count: 1_023)
  private static let header = Array("%PDF-1.4".utf8)

  @Test(arguments: [header, Array("%PDF-".utf8), noise + header])
  func `a file with a PDF's header near its start is one`(bytes: [UInt8]) {
    #expect(DocumentFormat(of: bytes) == .pdf)
  }

  @Test(arguments: [
    [], Array("Hello\r\n\tthere\u{C}".utf8), Array("नमस्ते".utf8), [0xEF, 0xBB, 0xBF, 0x41],
    [0xFF, 0xFE, 0x28, 0x09], [0xFE, 0xFF, 0x09, 0x28], Array("%PDF".utf8), late + header,
  ])
  func `a file that can be decoded is text`(bytes: [UInt8]) {
    #expect(DocumentFormat(of: bytes) == .text)
  }

  @Test(
    arguments: [
      [0x00], [0x41, 0x00], [0x1B], [0x08], [0xFF], [0xC0, 0x80], [0xE0, 0xA4], [0xED, 0xA0, 0x80],
      [0xFF, 0xFE, 0x41], [0xFF, 0xFE, 0x00, 0xD8], [0xFE, 0xFF, 0xDC, 0x00], [0xFF, 0xFE, 0, 0],
      noise + [0] + header, [0x50, 0x4B, 0x03, 0x04], [0x25, 0x50, 0x44, 0x46, 0],
    ])
  func `what is neither a PDF nor text is nothing`(bytes: [UInt8]) {
    #expect(DocumentFormat(of: bytes) == nil)
  }

  @Test(
    arguments: [
      ([0xEF, 0xBB, 0xBF, 0x41], "A"), ([0xFF, 0xFE, 0x28, 0x09, 0x3D, 0xD8, 0x00, 0xDE], "न😀"),
      ([0xFE, 0xFF, 0x09, 0x28, 0xD8, 0x3D, 0xDE, 0x00], "न😀"), ([0xFF, 0xFE], ""),
      ([0xE0, 0xA4, 0xA8], "न"),
    ] as [([UInt8], String)])
  func `a mark says the encoding and is no part of the text`(bytes: [UInt8], text: String) {
    #expect(PlainText.decode(bytes) == text)
  }
}
