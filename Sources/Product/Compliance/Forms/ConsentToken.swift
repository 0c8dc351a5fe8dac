internal import Buffers
internal import TLS

/// What opens a form's page: 256 random bits at the end of its link. Whoever has it may answer, so it is
/// for the person alone; of it no more than a hash is kept.
struct ConsentToken: Sendable {
  let text: String

  private static let length = 43

  /// A new one.
  init() {
    text = Base64.encode(RandomBytes.generate(32), variant: .urlSafe, padded: false)
  }

  /// One that a path spells; `nil` when it has another form.
  init?(_ text: String) {
    guard text.utf8.count == Self.length, text.utf8.allSatisfy(Self.isDigit) else { return nil }
    self.text = text
  }

  /// What is stored of it.
  var hash: [UInt8] { Digest.sha256(text.utf8) }

  private static func isDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
