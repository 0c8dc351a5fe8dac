import Testing

@testable import Transcoding

@Suite struct PathTrieTests {
  private static let rules: [(String, String)] = [
    ("GET", "/v1/{name=agents/*}"), ("GET", "/v1/agents"), ("POST", "/v1/agents"),
    ("GET", "/v1/agents/default"), ("POST", "/v1/{name=agents/*}:test"),
    ("GET", "/v1/files/{path=**}"), ("GET", "/v1/files/{id}"), ("POST", "/v1/files/{id}/parts"),
    ("GET", "/v1/mid/{name=a/*/b/**}:act"), ("*", "/v1/any/{id}"), ("DELETE", "/v1/*/odd"),
    ("GET", "/v1/agents/x/odd"), ("POST", "/v1/whole:start"),
  ]

  private static func trie() throws -> PathTrie<String> {
    var trie = PathTrie<String>()
    for (method, template) in rules {
      let other = trie.insert(
        "\(method) \(template)", template: try PathTemplate(template), method: method)
      #expect(other == nil)
    }
    return trie
  }

  @Test(arguments: [
    ("GET", "/v1/agents/7", "GET /v1/{name=agents/*}"),
    ("GET", "/v1/agents/default", "GET /v1/agents/default"),
    ("GET", "/v1/agents/def%61ult", "GET /v1/agents/default"),
    ("HEAD", "/v1/agents", "GET /v1/agents"),
    ("POST", "/v1/agents/7:test", "POST /v1/{name=agents/*}:test"),
    ("GET", "/v1/agents/7:other", "GET /v1/{name=agents/*}"),
    ("GET", "/v1/agents/7%3Atest", "GET /v1/{name=agents/*}"),
    ("GET", "/v1/files", "GET /v1/files/{path=**}"),
    ("GET", "/v1/files/a", "GET /v1/files/{id}"),
    ("GET", "/v1/files/a/b", "GET /v1/files/{path=**}"),
    ("GET", "/v1/files/a/parts", "GET /v1/files/{path=**}"),
    ("POST", "/v1/files/a/parts", "POST /v1/files/{id}/parts"),
    ("GET", "/v1/mid/a/X/b:act", "GET /v1/mid/{name=a/*/b/**}:act"),
    ("GET", "/v1/mid/a/X/b/c/d:act", "GET /v1/mid/{name=a/*/b/**}:act"),
    ("LOCK", "/v1/any/1", "* /v1/any/{id}"),
    ("DELETE", "/v1/agents/odd", "DELETE /v1/*/odd"),
    ("GET", "/v1/agents/x/odd", "GET /v1/agents/x/odd"),
    ("POST", "/v1/whole:start", "POST /v1/whole:start"),
  ])
  func `the most particular rule for the method is found`(
    method: String, path: String, rule: String
  ) throws {
    guard
      case .found(let found, _) = try Self.trie().find(path: Array(path.utf8)[...], method: method)
    else {
      Issue.record("\(path) not found")
      return
    }
    #expect(found == rule)
  }

  @Test(arguments: [
    "/v1", "/", "/v1/agents/", "/v1//agents", "/v1/Agents", "/v1/files/", "/v1/files//a",
    "/v1/files/a//b", "v1/agents", "/v2/agents", "/v1/agents/a/b", "/v1/agents%2F7",
    "/v1/mid/a/X/b", "/v1/agents/:test",
  ])
  func `a path nothing describes is not found`(path: String) throws {
    guard case .none = try Self.trie().find(path: Array(path.utf8)[...], method: "GET") else {
      Issue.record("\(path) was found")
      return
    }
  }

  @Test(arguments: [
    ("PUT", "/v1/agents", ["GET", "HEAD", "POST"]),
    ("GET", "/v1/agents/7:test", ["POST"]),
    ("PATCH", "/v1/agents/odd", ["DELETE", "GET", "HEAD"]),
  ])
  func `a known path with another method names the methods`(
    method: String, path: String, allowed: [String]
  ) throws {
    guard
      case .otherMethods(let methods) = try Self.trie().find(
        path: Array(path.utf8)[...], method: method)
    else {
      Issue.record("\(path) is not refused")
      return
    }
    #expect(methods == allowed)
  }

  @Test(arguments: ["/v1/agents/%zz", "/v1/agents/%4", "/v1/agents/%"])
  func `a broken escape is told apart from an unknown path`(path: String) throws {
    guard case .badEscape = try Self.trie().find(path: Array(path.utf8)[...], method: "GET") else {
      Issue.record("\(path) is not refused")
      return
    }
  }

  @Test(arguments: [
    ("/v1/{a}", "/v1/{b}"), ("/v1/{a=*}", "/v1/{a}"), ("/v1/{a=**}", "/v1/**"),
    ("/v1/x:act", "/v1/x:act"), ("/v1/a%62", "/v1/ab"),
  ])
  func `two templates of one shape answer the earlier one`(first: String, second: String) throws {
    var trie = PathTrie<String>()
    #expect(trie.insert(first, template: try PathTemplate(first), method: "GET") == nil)
    #expect(trie.insert(second, template: try PathTemplate(second), method: "GET") == first)
    #expect(trie.insert(second, template: try PathTemplate(second), method: "PUT") == nil)
  }
}
