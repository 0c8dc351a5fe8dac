internal import Buffers
internal import Domain
internal import TLS
import Testing

@testable internal import Webhooks

@Suite struct SigningSecretTests {
  @Test func `the specification's vector comes out`() throws {
    let secret = try #require(SigningSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    let signature = secret.sign(
      id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330,
      body: Array(#"{"test": 2432232314}"#.utf8))
    #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
  }

  @Test func `a new secret is 32 bytes and reads back`() throws {
    let secret = SigningSecret()
    #expect(secret.bytes.count == 32)
    #expect(SigningSecret(secret.text) == secret)
    #expect(SigningSecret() != secret)
  }

  @Test(arguments: [
    "", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!!!!",
    "whsec_" + Base64.encode([UInt8](repeating: 1, count: 23)),
    "whsec_" + Base64.encode([UInt8](repeating: 1, count: 65)),
  ])
  func `what is no secret is none`(text: String) {
    #expect(SigningSecret(text) == nil)
  }

  @Test func `a sealed secret opens for its endpoint only`() throws {
    let seal = try DataSeal(key: [UInt8](repeating: 7, count: 32))
    let secret = SigningSecret()
    let sealed = try seal.seal(secret, of: "wep_a")
    #expect(!sealed.contains(secret.bytes))
    #expect(try seal.open(sealed, of: "wep_a") == secret)
    #expect(throws: TLSError.self) { try seal.open(sealed, of: "wep_b") }
    #expect(SealedText.read(SealedText.write(sealed)) == sealed)
    #expect(SealedText.read("whsec_abcd") == nil)
  }
}
