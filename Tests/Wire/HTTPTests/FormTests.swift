import HTTP
import Testing

@Suite struct FormTests {
  @Test func `a form keeps order, repeats and keys with brackets`() throws {
    let form = try FormItems(parsing: "call[legs][0]=a+b&x=%26&x&&=y")
    #expect(form["call[legs][0]"] == "a b")
    #expect(form.all("x") == ["&", ""])
    #expect(form[""] == "y")
    #expect(FormItems([("a b", "ü&")]).encoded == "a%20b=%C3%BC%26")
  }

  @Test(arguments: ["%", "a=%f", "a=%ff", "%zz=1"])
  func `a broken form is refused`(text: String) {
    #expect(throws: HTTPError.self) { try FormItems(parsing: text) }
  }

  @Test func `a form has a limit of fields`() {
    #expect(throws: HTTPError.self) { try FormItems(parsing: "a&b&c", limit: 2) }
  }

  @Test(arguments: [
    ("form-data; name=\"a;b\\\"c\"", "a;b\"c"), ("form-data; NAME=x", "x"),
    ("form-data;name = \"\" ", ""),
  ])
  func `a parameter is unquoted`(text: String, name: String) {
    let parameters = HTTPParameters(text)
    #expect(parameters.value == "form-data")
    #expect(parameters["name"] == name)
  }
}

@Suite struct MultipartFormTests {
  static let contentType = "multipart/form-data; boundary=\"--x\""

  static func body(_ lines: [String]) -> [UInt8] { Array(lines.joined(separator: "\r\n").utf8) }

  @Test func `parts have names, file names and bytes`() throws {
    let body = Self.body([
      "preamble", "----x", "Content-Disposition: form-data; name=\"call[legs][0]\"", "", "one",
      "----x  ", "content-disposition: form-data; name=f; filename=\"a b.wav\"",
      "Content-Type: audio/wav", "", "\u{1}\r\n--", "----x--", "epilogue",
    ])
    let form = try MultipartForm(body: body, contentType: Self.contentType)
    #expect(form.parts.map(\.name) == ["call[legs][0]", "f"])
    #expect(form["call[legs][0]"]?.text == "one")
    #expect(form["f"]?.fileName == "a b.wav")
    #expect(form["f"]?.headers["content-type"] == "audio/wav")
    #expect(form["f"]?.body == Array("\u{1}\r\n--".utf8))
  }

  @Test func `a part may be empty and the body may begin with its boundary`() throws {
    let body = Self.body(["----x", "Content-Disposition: form-data; name=a", "", "", "----x--"])
    #expect(try MultipartForm(body: body, contentType: Self.contentType)["a"]?.body == [])
  }

  @Test(arguments: [
    [""], ["----x"], ["----x", ""], ["----xy", ""],
    ["----x", "Content-Disposition: form-data", "", "", "----x--"],
    ["----x", "Content-Disposition: form-data; name=a", "", "b"],
    ["----x", "no colon", "", "b", "----x--"], ["----x", "a b: c", "", "b", "----x--"],
  ])
  func `a broken body is refused`(lines: [String]) {
    #expect(throws: HTTPError.self) {
      try MultipartForm(body: Self.body(lines), contentType: Self.contentType)
    }
  }

  @Test(arguments: ["text/plain", "multipart/form-data", "multipart/form-data; boundary=\"\""])
  func `a content type without a boundary is refused`(contentType: String) {
    #expect(throws: HTTPError.self) { try MultipartForm(body: [], contentType: contentType) }
  }

  @Test func `every cut of a good body is refused or complete, never a trap`() throws {
    let body = Self.body([
      "----x", "Content-Disposition: form-data; name=a", "", "b", "----x--",
    ])
    for count in 0..<body.count - 2 {
      #expect(throws: HTTPError.self) {
        try MultipartForm(body: Array(body.prefix(count)), contentType: Self.contentType)
      }
    }
  }
}
