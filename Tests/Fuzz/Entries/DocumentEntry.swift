internal import Documents

extension FuzzEntry {
  static let documentText = FuzzEntry(
    name: "document-text",
    summary: "a text file: decoded the same in all encodings, and tidy once it was tidied",
    run: { (bytes) throws(Violation) in
      try tidy(String(decoding: bytes, as: UTF8.self))
      guard let text = PlainText.decode(bytes) else { return }
      try decodeAgain(text)
      try tidy(text)
    })
}

/// A mark in front says the encoding, whatever the text begins with.
private func decodeAgain(_ text: String) throws(Violation) {
  let (mark, units) = (UInt16(0xFEFF), Array(text.utf16))
  let encodings: [[UInt8]] = [
    [0xEF, 0xBB, 0xBF] + Array(text.utf8),
    ([mark] + units).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] },
    ([mark] + units).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] },
  ]
  for bytes in encodings {
    let again = PlainText.decode(bytes)
    try requireEqual(again.map { Array($0.utf8) }, Array(text.utf8), "decoded otherwise")
  }
}

private func tidy(_ raw: String) throws(Violation) {
  let text = PageText.tidy(raw)
  try requireEqual(Array(PageText.tidy(text).utf8), Array(text.utf8), "tidied text is not tidy")
  let scalars = text.unicodeScalars
  try require(
    scalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control },
    "a control character is left")
  for end in [scalars.first, scalars.last] {
    try require(end?.properties.isWhitespace != true, "there are blanks at an end")
  }
}
