/// A piece of HTML. What is interpolated into one is text, and escaped, unless it is HTML itself.
struct HTML: Sendable, Hashable, ExpressibleByStringInterpolation {
  /// As it is sent.
  let text: String

  init(stringLiteral text: String) { self.text = text }

  init(stringInterpolation parts: StringInterpolation) { text = parts.text }

  /// Pieces one after the other.
  init(joining pieces: [HTML]) { text = pieces.map(\.text).joined() }

  /// Gathers literals as they are and texts escaped.
  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

    mutating func appendLiteral(_ literal: String) { text += literal }

    mutating func appendInterpolation(_ given: String) { text += HTML.escaped(given) }

    mutating func appendInterpolation(_ html: HTML) { text += html.text }

    mutating func appendInterpolation(_ pieces: [HTML]) {
      text += HTML(joining: pieces).text
    }
  }

  /// `text` as it stands for itself between tags and in a quoted attribute. Control characters but
  /// tab and line feed stand for nothing there, and are left out.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\t", "\n": escaped.unicodeScalars.append(scalar)
      case _ where scalar.properties.generalCategory == .control: break
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
