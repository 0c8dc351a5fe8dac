internal import Buffers
internal import TLS

/// A text with signatures below it, as C2SP's signed-note has it: the text, which ends with a newline, an
/// empty line, and a line `— NAME BASE64` for each signature, of a key id of four bytes and 64 of Ed25519.
package struct SignedNote: Sendable, CustomStringConvertible {
  /// What is signed, with its last newline.
  package let text: String
  /// Who signed, and how: key id and signature together.
  let signatures: [(name: String, bytes: [UInt8])]

  /// The text, signed.
  package init(signing text: String, with key: NoteSigner) throws {
    self.text = text
    signatures = [(key.verifier.name, key.verifier.id + (try key.sign(Array(text.utf8))))]
  }

  /// Reads a note; `nil` when it is none. Says nothing of whether its signatures are right.
  package init?(parsing note: String) {
    let bytes = Array(note.utf8)
    guard bytes.count <= 1 << 16, bytes.last == UInt8(ascii: "\n"),
      let end = Self.lastBlankLine(bytes)
    else { return nil }
    var signatures: [(String, [UInt8])] = []
    for line in bytes[(end + 1)...].dropLast().split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    {
      guard let signature = Self.signature(String(decoding: line, as: UTF8.self)) else {
        return nil
      }
      signatures.append(signature)
    }
    text = String(decoding: bytes[..<end], as: UTF8.self)
    guard !signatures.isEmpty, text.utf8.elementsEqual(bytes[..<end]) else { return nil }
    self.signatures = signatures
  }

  /// Where the newline stands that makes the last empty line.
  private static func lastBlankLine(_ bytes: [UInt8]) -> Int? {
    bytes.indices.dropFirst().last {
      bytes[$0] == UInt8(ascii: "\n") && bytes[$0 - 1] == UInt8(ascii: "\n")
    }
  }

  private static func signature(_ line: String) -> (String, [UInt8])? {
    let parts = line.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "\u{2014}", NoteVerifier.isName(parts[1]),
      let bytes = Base64.decode(String(parts[2])), bytes.count > 4,
      Base64.encode(bytes) == parts[2]
    else { return nil }
    return (String(parts[1]), bytes)
  }

  /// The note as it is handed on.
  package var description: String {
    signatures.reduce(text + "\n") { $0 + "\u{2014} \($1.name) \(Base64.encode($1.bytes))\n" }
  }

  /// Whether one of the signatures is that of `key`.
  package func isSigned(by key: NoteVerifier) -> Bool {
    let message = Array(text.utf8)
    return signatures.contains { name, bytes in
      name == key.name && bytes.prefix(4).elementsEqual(key.id)
        && Ed25519.isValid(Array(bytes.dropFirst(4)), of: message, publicKey: key.key)
    }
  }
}
