import Testing

@testable import Passwords

@Suite struct Argon2idTests {
  private let cheap = Argon2id(Argon2id.Parameters(memoryKiB: 64, passes: 1, lanes: 1))

  /// Made by the reference implementation's command line and its own test vectors (version 0x13).
  @Test(arguments: [
    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
  ])
  func `the reference's hashes are understood`(encoded: String) throws {
    #expect(try cheap.verify(Array("password".utf8), against: encoded))
    #expect(try !cheap.verify(Array("Password".utf8), against: encoded))
  }

  @Test func `a hash carries OWASP's parameters and verifies`() throws {
    let argon2 = Argon2id()
    let encoded = try argon2.hash(Array("correct horse battery".utf8))
    #expect(encoded.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
    #expect(try argon2.verify(Array("correct horse battery".utf8), against: encoded))
    #expect(!argon2.isOutdated(encoded))
    #expect(cheap.isOutdated(encoded))
  }

  @Test func `two hashes of one password differ`() throws {
    #expect(try cheap.hash([1, 2, 3]) != cheap.hash([1, 2, 3]))
  }

  @Test func `no password has the unmatchable hash, and it costs the same`() throws {
    let encoded = cheap.unmatchable()
    #expect(!cheap.isOutdated(encoded))
    #expect(try !cheap.verify([], against: encoded))
  }

  @Test(arguments: ["", "x", "$argon2id$v=19$m=64,t=1,p=1$c2FsdA", "$2b$10$abcdefghijk"])
  func `what is no hash is an error, not a mismatch`(encoded: String) {
    #expect(throws: PasswordError.self) { try cheap.verify([1], against: encoded) }
  }
}
