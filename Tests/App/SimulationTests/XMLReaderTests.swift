import Testing

@testable import Simulation

@Suite struct XMLReaderTests {
  static func read(_ text: String) throws -> XMLElement {
    try XMLReader.read(Array(text.utf8))
  }

  @Test func `a document is its elements, attributes and texts`() throws {
    let root = try Self.read(
      """
      \u{FEFF}<?xml version="1.0" encoding="UTF-8"?> <!-- a -->
      <a x='1 "2"' y="&lt;&#65;&#x0938;"><p:b xmlns:p="u" p:c="" /> t&amp;u<!-- - -->v<![CDATA[<]]></a >
      <!-- end -->
      """)
    #expect(root.name == "a" && root["x"] == "1 \"2\"" && root["y"] == "<Aस" && root["z"] == nil)
    let inner = XMLElement(name: "p:b", attributes: [("xmlns:p", "u"), ("p:c", "")])
    #expect(root.children == [.element(inner), .text(" t&uv<")])
  }

  @Test(arguments: [
    "", "text", "<a>", "<a></b>", "<a></a", "<a/><b/>", "<a/>x", "<a b=1/>", "<a b/>",
    "<a b=\"1\" b=\"2\"/>", "<a b=\"1\"c=\"2\"/>", "<a b=\"<\"/>", "<a b='1/>", "<a>&</a>",
    "<a>& b;</a>", "<a>&nbsp;</a>", "<a>&#0;</a>", "<a>&#xZ;</a>", "<a>&#;</a>", "<a>&#+65;</a>",
    "<a>&#xD800;</a>", "<a>\u{1}</a>", "<a>\u{FFFF}</a>", "<a>]]></a>", "<a><![CDATA[</a>",
    "<a><!-- -- --></a>", "<a><!--", "<!DOCTYPE a><a/>", "<?php x?><a/>", "<p:a/>",
    "<a p:b=\"1\"/>", "<a><p:b xmlns:p=\"u\"/><p:c/></a>", "<a xmlns:p=\"\"/>", "<1a/>", "<a:/>",
    "<a:b:c/>", "< a/>", "<a / >", "<?xml version=\"1.0\"",
    String(repeating: "<a>", count: 33) + String(repeating: "</a>", count: 33),
  ])
  func `what is not well-formed is refused`(text: String) {
    #expect(throws: MarkupError.self) { try Self.read(text) }
  }

  @Test func `bytes that are no UTF-8 are refused`() {
    #expect(throws: MarkupError("the text is not UTF-8")) {
      try XMLReader.read(Array("<a>".utf8) + [0xC0] + Array("</a>".utf8))
    }
  }

  @Test func `every start of a document is refused, and none traps`() {
    let text = Array("<?xml ?><a b='&lt;'><!--c--><![CDATA[d]]>&#65;<e f=\"g\"/></a>".utf8)
    for end in 0..<text.count {
      #expect(throws: MarkupError.self) { try XMLReader.read(Array(text[..<end])) }
    }
    #expect(throws: Never.self) { try XMLReader.read(text) }
  }
}
