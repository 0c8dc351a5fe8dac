import TLS
import Testing

@testable import Domain

@Suite struct DataSealTests {
  private static let context = ["tool_secrets", "mer_1", "crm_key"]
  private let seal: DataSeal

  init() throws { seal = try DataSeal(key: [UInt8](repeating: 7, count: 32)) }

  @Test func `what is sealed is not to be read and opens again`() throws {
    let sealed = try seal.seal(Array("Bearer second".utf8), for: Self.context)
    #expect(!String(decoding: sealed, as: UTF8.self).contains("second"))
    #expect(try seal.seal(Array("Bearer second".utf8), for: Self.context) != sealed)
    #expect(try seal.open(sealed, for: Self.context) == Array("Bearer second".utf8))
  }

  @Test(arguments: [
    ["tool_secrets", "mer_2", "crm_key"], ["tool_secrets", "mer_1", "other"],
    ["webhooks", "mer_1", "crm_key"], ["tool_secrets", "mer_1crm_key"],
    ["tool_secrets", "mer_1", "crm_key", ""], ["tool_secretsmer_1", "crm_key"], [],
  ])
  func `it opens in its own place only`(other: [String]) throws {
    let sealed = try seal.seal([1, 2, 3], for: Self.context)
    #expect(throws: TLSError.self) { try seal.open(sealed, for: other) }
  }

  @Test func `another key opens nothing and knows no digest`() throws {
    let other = try DataSeal(key: [UInt8](repeating: 8, count: 32))
    let sealed = try seal.seal([1, 2, 3], for: Self.context)
    #expect(throws: TLSError.self) { try other.open(sealed, for: Self.context) }
    #expect(seal.digest([1]) == seal.digest([1]))
    #expect(seal.digest([1]) != other.digest([1]) && seal.digest([1]) != seal.digest([2]))
  }
}
