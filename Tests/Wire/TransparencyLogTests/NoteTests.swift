import Buffers
import TLS
import Testing
import TransparencyLog

@Suite struct NoteTests {
  /// RFC 8032, 7.1, test 1.
  private static let seed =
    Hex.decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60") ?? []
  private static let key =
    "audit.example/tenant-demo+b27c87a7+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"
  private static let note = """
    audit.example/tenant-demo
    8
    XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

    \u{2014} audit.example/tenant-demo snyHp/bwJA7cWc6e6d5v89zhTraCQ9b/m1k+ENiKuIoNdcl2qUBOx8UxB7A6goBeY7+l0uZ7uSlTc8coDH5mCwX5qwM=

    """

  @Test func `a checkpoint is signed as others sign it`() throws {
    let signer = try NoteSigner(name: "audit.example/tenant-demo", seed: Self.seed)
    #expect(signer.verifier.description == Self.key)
    let checkpoint = Checkpoint(
      origin: "audit.example/tenant-demo", size: 8, root: PublishedTree.frontier(8).root)
    #expect(try SignedNote(signing: checkpoint.text, with: signer).description == Self.note)
  }

  @Test func `a checkpoint is read by its key alone`() throws {
    let key = try #require(NoteVerifier(Self.key))
    let read = try #require(Checkpoint(note: Self.note, signedBy: key))
    #expect(read.size == 8 && read.root.hex == PublishedTree.roots[8])
    let other = try NoteSigner(name: key.name, seed: [UInt8](repeating: 1, count: 32)).verifier
    #expect(Checkpoint(note: Self.note, signedBy: other) == nil)
    #expect(key.isPublished && !other.isPublished)
    let renamed = try NoteSigner(name: "another", seed: Self.seed).verifier
    #expect(Checkpoint(note: Self.note, signedBy: renamed) == nil)
  }

  @Test func `a note that differs in a byte is none of its key's`() throws {
    let key = try #require(NoteVerifier(Self.key))
    let bytes = Array(Self.note.utf8)
    for place in bytes.indices {
      for change in [UInt8(1), 0x20, 0x80] {
        var wrong = bytes
        wrong[place] ^= change
        let text = String(decoding: wrong, as: UTF8.self)
        #expect(Checkpoint(note: text, signedBy: key) == nil, "byte \(place)")
      }
      #expect(
        Checkpoint(note: String(decoding: bytes[..<place], as: UTF8.self), signedBy: key) == nil)
    }
  }

  @Test func `signatures of others are passed over`() throws {
    let key = try #require(NoteVerifier(Self.key))
    let stranger = "\u{2014} witness.example snyHp/bwJA7c\n"
    #expect(Checkpoint(note: Self.note + stranger, signedBy: key)?.size == 8)
    #expect(Checkpoint(note: Self.note + "not a signature\n", signedBy: key) == nil)
  }

  @Test(arguments: [
    "", "name", "name+b27c87a7", "name+b27c87a7+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
    "audit.example/tenant-demo+B27C87A7+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
    "audit.example/tenant-demo+b27c87a7+AtdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
    "audit.example/tenant-demo+b27c87a7+Addam", "+b27c87a7+Addam", "a b+b27c87a7+Addam",
  ]) func `what is no key is not taken for one`(text: String) {
    #expect(NoteVerifier(text) == nil)
  }

  @Test(arguments: [
    "a\n1\n\n", "a\n01\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
    "a\n-1\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
    "a\n+1\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
    "a\n1\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg\n",
    "a\n1\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\nmore\n",
    "\n1\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
    "a\n9223372036854775808\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
  ]) func `a text that is no checkpoint is refused`(text: String) {
    #expect(Checkpoint(text) == nil)
  }
}

@Suite struct Ed25519Tests {
  @Test func `a signature is that of RFC 8032, and of its message alone`() throws {
    let seed = Hex.decode("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb") ?? []
    let key = try Ed25519.PrivateKey(seed: seed)
    let signature = try key.sign([0x72])
    #expect(
      Hex.encode(signature)
        == "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
    #expect(Ed25519.isValid(signature, of: [0x72], publicKey: key.publicKey))
    #expect(!Ed25519.isValid(signature, of: [0x73], publicKey: key.publicKey))
    #expect(!Ed25519.isValid(signature.dropLast() + [1], of: [0x72], publicKey: key.publicKey))
    #expect(!Ed25519.isValid([], of: [0x72], publicKey: key.publicKey))
    #expect(!Ed25519.isValid(signature, of: [0x72], publicKey: []))
    #expect(throws: TLSError.self) { try Ed25519.PrivateKey(seed: [1, 2, 3]) }
  }
}
