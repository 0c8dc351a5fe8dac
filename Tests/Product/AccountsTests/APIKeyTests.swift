import Buffers
import RPCCore
import Testing

@testable import Accounts

@Suite struct APIKeyTests {
  @Test func `a key reads back from its two parts and from its one text`() throws {
    let key = APIKey()
    #expect(APIKey(id: key.id, secret: key.secret)?.secret == key.secret)
    #expect(APIKey("\(key.id)_\(key.secret)")?.id == key.id)
  }

  /// The checksum is zlib's `crc32`, so that a scanner in any language can tell a key from chance.
  @Test func `the checksum is the standard CRC-32`() {
    let body = "0123456789abcdefghijABCDEFGHIJ01"
    #expect(APIKey(id: "pa_live_ABCDEFGH", secret: body + "0J8OBK")?.isWhole == true)
    #expect(APIKey(id: "pa_live_ABCDEFGI", secret: body + "0J8OBK")?.isWhole == false)
  }

  @Test func `one wrong character is noticed without asking anybody`() {
    let key = APIKey()
    for index in key.secret.indices {
      var secret = key.secret
      secret.replaceSubrange(index...index, with: secret[index] == "x" ? "y" : "x")
      #expect(APIKey(id: key.id, secret: secret)?.isWhole == false)
    }
  }

  @Test(arguments: ["", "pa_live_", "x", "pa_live_abcdefgh_", "pa_test_abcdefgh_\0"])
  func `another text is no key`(text: String) { #expect(APIKey(text) == nil) }

  @Test func `a request may carry its key in four ways`() {
    let key = APIKey()
    let whole = "\(key.id)_\(key.secret)"
    let basic = Base64.encode(Array("\(key.id):\(key.secret)".utf8))
    let ways: [[(String, String)]] = [
      [("x-api-key", key.id), ("x-api-secret", key.secret)], [("x-api-key", whole)],
      [("authorization", "Bearer \(whole)")], [("authorization", "basic \(basic)")],
    ]
    for way in ways {
      guard case .key(let found) = Credentials(metadata(way)) else {
        Issue.record("\(way.map(\.0)) was not understood")
        continue
      }
      #expect(found.id == key.id)
    }
  }

  @Test(arguments: [
    ("authorization", "Bearer"), ("authorization", "Bearer x"), ("authorization", "Basic !!"),
    ("authorization", "Basic eDp5"), ("authorization", "Digest x"), ("x-api-key", "x"),
  ])
  func `what cannot be a key is malformed, not absent`(name: String, value: String) {
    guard case .malformed = Credentials(metadata([(name, value)])) else {
      Issue.record("\(value) was taken")
      return
    }
  }

  @Test(arguments: ["authorization", "x-api-key", "x-api-secret"])
  func `what comes twice proves nothing, should both be right`(name: String) {
    let key = APIKey()
    let sent =
      name == "authorization"
      ? [(name, "Bearer \(key.id)_\(key.secret)")]
      : [("x-api-key", key.id), ("x-api-secret", key.secret)]
    guard case .malformed = Credentials(metadata(sent + sent.filter { $0.0 == name })) else {
      Issue.record("one of two was taken")
      return
    }
  }

  private func metadata(_ pairs: [(String, String)]) -> Metadata {
    var metadata = Metadata()
    for (name, value) in pairs { metadata.add(value, for: name) }
    return metadata
  }
}
