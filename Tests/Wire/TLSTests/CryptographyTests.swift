import Buffers
import TLS
import Testing

@Suite struct CryptographyTests {
  @Test func `digests match their published vectors`() throws {
    #expect(
      Hex.encode(Digest.sha256("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(Hex.encode(Digest.sha1("abc".utf8)) == "a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(
      Hex.encode(Digest.hmacSHA256(key: "Jefe".utf8, "what do ya want for nothing?".utf8))
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    #expect(
      Hex.encode(Digest.hmacSHA1(key: "Jefe".utf8, "what do ya want for nothing?".utf8))
        == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
    var streaming = try StreamingSHA256()
    streaming.update(Array("a".utf8))
    streaming.update([])
    streaming.update(Array("bc".utf8))
    #expect(streaming.finish() == Digest.sha256("abc".utf8))
  }

  @Test(arguments: [0, 1, 15, 16, 17, 100_000])
  func `what was sealed is opened with the same key and context only`(count: Int) throws {
    let key = AES256GCM.generateKey()
    let cipher = try AES256GCM(key: key)
    let plain = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    let sealed = try cipher.seal(plain, authenticating: [1, 2])
    #expect(sealed.count == count + AES256GCM.overhead)
    #expect(try cipher.open(sealed, authenticating: [1, 2]) == plain)
    #expect(try cipher.seal(plain, authenticating: [1, 2]) != sealed)
    #expect(throws: TLSError.self) { try cipher.open(sealed, authenticating: [1, 3]) }
    #expect(throws: TLSError.self) {
      try AES256GCM(key: AES256GCM.generateKey()).open(sealed, authenticating: [1, 2])
    }
    for index in [0, sealed.count / 2, sealed.count - 1] {
      var changed = sealed
      changed[index] ^= 0x80
      #expect(throws: TLSError.self) { try cipher.open(changed, authenticating: [1, 2]) }
    }
    #expect(throws: TLSError.self) { try cipher.open(Array(sealed.prefix(27))) }
  }

  @Test(arguments: [0, 16, 31, 33])
  func `a key of another length is refused`(count: Int) {
    #expect(throws: TLSError.self) { try AES256GCM(key: [UInt8](repeating: 0, count: count)) }
  }

  @Test func `equality looks at every byte`() {
    #expect(constantTimeEquals([], []))
    #expect(constantTimeEquals([1, 2], [1, 2]))
    #expect(!constantTimeEquals([1, 2], [1, 3]))
    #expect(!constantTimeEquals([1, 2], [1, 2, 3]))
    #expect(constantTimeEquals("", ""))
    #expect(constantTimeEquals("sécret", "sécret"))
    #expect(!constantTimeEquals("secret", "secreT"))
    #expect(!constantTimeEquals("secret", "secrets"))
    #expect(!constantTimeEquals("", "s"))
    #expect(RandomBytes.generate(32) != RandomBytes.generate(32))
  }
}
