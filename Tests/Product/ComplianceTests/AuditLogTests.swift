import Buffers
import Compliance
import Testing

@Suite struct AuditLogTests {
  @Test(
    arguments: [
      ([], "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
      ([0x00], "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"),
    ] as [([UInt8], String)])
  func `a leaf's hash is that of RFC 6962`(payload: [UInt8], hash: String) {
    #expect(Hex.encode(AuditLog.leafHash(payload)) == hash)
  }
}
