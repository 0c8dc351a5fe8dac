import HTTP
import Testing

@Suite struct HTTPHeadersTests {
  @Test func `names are found without regard to case and keep their order`() {
    var headers: HTTPHeaders = ["Set-Cookie": "a=1", "set-cookie": "b=2", "Host": "example.org"]
    #expect(headers["SET-COOKIE"] == "a=1")
    #expect(headers.all("set-Cookie") == ["a=1", "b=2"])
    headers["Set-cookie"] = "c=3"
    #expect(headers.map(\.name) == ["set-cookie", "host"])
    #expect(headers["set-cookie"] == "c=3")
    headers["host"] = nil
    #expect(!headers.contains("Host"))
  }

  @Test(arguments: [
    "X", "a-B", "content-typE", "Content-type", "contenT-type", "x-aAaAaAaAaAaAaAaA",
  ])
  func `a name is found in lower case wherever its capital is`(name: String) {
    let headers: HTTPHeaders = [name: "1"]
    #expect(headers.map(\.name) == [name.lowercased()])
    #expect(headers[name] == "1")
    #expect(headers[name.lowercased()] == "1")
    #expect(!headers.contains(name + "-"))
  }

  @Test func `names of any length are found, replaced and removed`() {
    let names = (1...130).map { String(repeating: "n", count: $0) }
    var headers = HTTPHeaders()
    for name in names where name.utf8.count.isMultiple(of: 2) { headers.add(name, "1") }
    var more = HTTPHeaders()
    more.add("nnn", "2")
    headers.add(contentsOf: more)
    for name in names {
      let isThere = name.utf8.count.isMultiple(of: 2) || name == "nnn"
      #expect(headers.contains(name) == isThere)
      #expect(headers.all(name).count == (isThere ? 1 : 0))
    }
    headers.replace("nnn", with: "3")
    headers.replace("nnnnn", with: "4")
    #expect(headers["nnn"] == "3" && headers["NNNNN"] == "4")
    for name in names { headers.remove(name) }
    #expect(headers == HTTPHeaders())
  }

  @Test func `a value may hold every byte but controls, wherever it stands`() {
    for length in 1...20 {
      for place in 0..<length {
        for byte in UInt8.min...UInt8.max {
          var value = [UInt8](repeating: UInt8(ascii: "a"), count: length)
          value[place] = byte
          let isValue = value.withUnsafeBytes { HTTPFieldRules.isValue($0) }
          if isValue != (byte == 9 || byte >= 32 && byte != 127) {
            Issue.record("byte \(byte) at \(place) of \(length)")
          }
        }
      }
    }
  }

  @Test func `a token list spans fields and ignores case and spaces`() {
    let headers: HTTPHeaders = ["Connection": "keep-alive , Upgrade", "connection": ",foo"]
    #expect(headers.tokens("connection") == ["keep-alive", "Upgrade", "foo"])
    #expect(headers.hasToken("connection", "upgrade"))
    #expect(!headers.hasToken("connection", "up"))
  }

  @Test(arguments: ["a\rb", "a\nb", "a\u{0}b", "a\u{7f}b", "a\u{1}"])
  func `a value with a control character is refused`(value: String) {
    let headers: HTTPHeaders = ["x-name": value]
    #expect(throws: HTTPError.self) { try headers.validate() }
  }

  @Test(arguments: ["", "a b", "a:b", "a\r", "ü", "(a)"])
  func `a name that is no token is refused`(name: String) {
    var headers = HTTPHeaders()
    headers.add(name, "value")
    #expect(throws: HTTPError.self) { try headers.validate() }
  }

  @Test(arguments: [
    ("example.org", true), ("example.org:8080", true), ("127.0.0.1:0", true), ("[::1]:443", true),
    ("[::1]", true), ("", false), (":80", false), ("a b", false), ("a:b", false), ("a@b", false),
    ("a:65536", false), ("[::1", false), ("[::1]x", false), ("a/b", false), ("a\r\nb", false),
    ("[]", false), ("a,b", true),
  ])
  func `an authority is a host and a port`(text: String, isValid: Bool) {
    #expect(HTTPFieldRules.isAuthority(text) == isValid)
  }

  @Test func `a date is written in the one form of today`() {
    #expect(HTTPDate.text(secondsSince1970: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(HTTPDate.text(secondsSince1970: 0) == "Thu, 01 Jan 1970 00:00:00 GMT")
    #expect(HTTPDate.text(secondsSince1970: 1_709_164_800) == "Thu, 29 Feb 2024 00:00:00 GMT")
  }

  @Test func `a target is split at its first question mark`() {
    let head = HTTPRequestHead(method: "GET", target: "/a?b?c")
    #expect(head.path == "/a")
    #expect(head.query == "b?c")
    #expect(HTTPRequestHead(method: "GET", target: "/a").query == nil)
  }
}

@Suite struct HTTPDateTests {
  @Test(arguments: [0, 784_111_777, 951_782_400, 1_709_164_800, 4_102_444_799])
  func `a date that was written is read back`(seconds: Int) {
    #expect(HTTPDate.secondsSince1970(HTTPDate.text(secondsSince1970: seconds)) == seconds)
  }

  @Test(arguments: [
    "", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
    "Mon, 06 Nov 1994 08:49:37 GMT",
    "Sun, 6 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT",
    "Fri, 30 Feb 2024 00:00:00 GMT", "Sun, 06 Nov 94 08:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT",
  ])
  func `any other text is no date`(text: String) {
    #expect(HTTPDate.secondsSince1970(text) == nil)
  }
}
