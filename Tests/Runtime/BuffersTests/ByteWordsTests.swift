import Testing

@testable import Buffers

struct ByteWordsTests {
  @Test(arguments: [0...13, 0x41...0x5A, 0x7F...0x7F, 0...0x7F] as [ClosedRange<UInt8>])
  func `the first byte of a range is found, wherever it and the start are`(
    range: ClosedRange<UInt8>
  ) {
    let outside = (UInt8.min...UInt8.max).filter { !range.contains($0) }
    for count in 0...25 {
      for place in 0...count {
        var bytes = (0..<count).map { outside[($0 &* 31) % outside.count] }
        if place < count { bytes[place] = range.upperBound }
        for start in 0...count {
          let expected = bytes[start...].firstIndex(where: range.contains)
          let found = bytes.withUnsafeBytes { ByteWords.firstIndex(of: range, in: $0, from: start) }
          #expect(found == expected, "\(bytes) from \(start)")
        }
      }
    }
  }

  @Test func `every byte is told from its neighbours`() {
    for byte in UInt8.min...UInt8.max {
      let word = [UInt8](repeating: byte, count: 8)
      let found = word.withUnsafeBytes { ByteWords.contains(0x30...0x39, in: $0) }
      #expect(found == (0x30...0x39).contains(byte))
    }
  }

  @Test func `a control character is found wherever it is, and nothing else is one`() {
    for byte in UInt8.min...UInt8.max {
      for count in 0...17 {
        for place in 0..<count {
          var bytes = [UInt8](repeating: 0xE9, count: count)
          bytes[place] = byte
          let found = bytes.withUnsafeBytes { ByteWords.hasControls($0) }
          #expect(found == (byte < 32 || byte == 127), "\(byte) at \(place) of \(count)")
        }
      }
    }
  }

  @Test func `plain text ends at the first byte that JSON escapes`() {
    for byte in UInt8.min...UInt8.max {
      let isPlain = byte >= 32 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
      for count in 0...17 {
        for place in 0..<count {
          var bytes = [UInt8](repeating: 0x61, count: count)
          bytes[place] = byte
          let prefix = bytes.withUnsafeBufferPointer {
            JSONText.plainPrefix($0.baseAddress!, count)
          }
          #expect(prefix == (isPlain ? count : place), "\(byte) at \(place) of \(count)")
        }
      }
    }
  }

  @Test(arguments: [0, 9, -9, 10, 99, 100, 1_000_000, 999_999_999_999_999_999, .min, .max])
  func `a buffer of text grows by what is appended`(number: Int) {
    var text = TextBuffer(capacity: 1)
    text.append(text: "é")
    text.append("constant")
    text.append(UInt8(ascii: " "))
    text.append(decimal: number)
    #expect(text.string == "éconstant \(number)")
    #expect(text.bytes == Array("éconstant \(number)".utf8))
    #expect(text.count == text.bytes.count)
    text.removeAll()
    #expect(text.string == "")
  }

  @Test(arguments: [
    ("content-type", "content-type"), ("Content-Type", "content-type"), ("", ""),
    ("X-Ä-LONGER-THAN-FIFTEEN", "x-ä-longer-than-fifteen"), ("@[`{", "@[`{"),
  ])
  func `a text in lower case is the standard library's`(text: String, lower: String) {
    #expect(text.inLowerCase == lower)
    #expect(text.lowercased() == lower)
  }

  @Test func `ASCII in lower case leaves all but letters alone`() {
    let bytes = Array(0...127) as [UInt8]
    let text = bytes.withUnsafeBytes { String(lowercasingASCII: $0) }
    #expect(text == String(decoding: bytes, as: UTF8.self).lowercased())
  }
}
