/// Writes what Azure is to say as SSML; pure.
enum AzureSSML {
  /// One voice saying `text`, without the silence that Azure puts around it otherwise.
  static func document(_ text: String, language: String, voice: String) -> String {
    "<speak version=\"1.0\" xmlns=\"http://www.w3.org/2001/10/synthesis\""
      + " xmlns:mstts=\"https://www.w3.org/2001/mstts\" xml:lang=\"\(escaped(language))\">"
      + "<voice name=\"\(escaped(voice))\">"
      + "<mstts:silence type=\"Leading-exact\" value=\"0ms\"/>"
      + "<mstts:silence type=\"Tailing-exact\" value=\"0ms\"/>"
      + "\(escaped(text))</voice></speak>"
  }

  /// `text` as XML 1.0 can have it, in an element or an attribute. What XML has no form for is dropped.
  static func escaped(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
      case "'": result.append(contentsOf: "&apos;".unicodeScalars)
      default: if isCharacter(scalar) { result.append(scalar) }
      }
    }
    return String(result)
  }

  /// `Char` of XML 1.0, 2.2.
  private static func isCharacter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D, 0x20...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
  }
}
