/// What a file is, by its bytes: a name or a type that somebody gave it says nothing.
package enum DocumentFormat: Sendable, Equatable {
  case pdf
  case text

  /// A PDF's header may have other bytes before it, but begins within these.
  private static let headerRange = 1_024
  private static let header = Array("%PDF-".utf8)

  /// Nil when it is neither.
  package init?(of bytes: [UInt8]) {
    if Self.isPDF(bytes) {
      self = .pdf
    } else if PlainText.decode(bytes) != nil {
      self = .text
    } else {
      return nil
    }
  }

  static func isPDF(_ bytes: [UInt8]) -> Bool {
    let starts = 0..<min(headerRange, max(0, bytes.count - header.count + 1))
    return starts.contains { bytes[$0] == header[0] && bytes[$0...].starts(with: header) }
  }
}
