import Testing

@testable internal import AWS

@Suite struct S3XMLTests {
  private func code(_ text: String) -> String? {
    S3XML.text(of: "Code", in: "Error", Array(text.utf8))
  }

  @Test(arguments: [
    "<Error><Code>SlowDown</Code></Error>",
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n <Message>Wait &amp; see</Message>\n"
      + " <Code>SlowDown</Code>\n <HostId/>\n</Error>\n",
    "<Error xmlns=\"http://s3.amazonaws.com/doc/\"><Code>SlowDown</Code><Message/></Error>",
    "<Error><Deep><Code>Other</Code></Deep><Code>SlowDown</Code></Error>",
    "  \n<Error><Code>SlowDown</Code></Error>",
  ])
  func `the code of an error is read`(text: String) {
    #expect(code(text) == "SlowDown")
  }

  @Test(arguments: [
    "", " ", "<", "<>", "</>", "<Error", "<Error>", "<Error/>", "SlowDown",
    "<Error></Error>", "<Error><Code></Code></Error>", "<Error><Code/></Error>",
    "<Other><Code>A</Code></Other>", "<Code>A</Code>",
    "<Error><Code>A</Code>", "<Error><Code>A</Error></Code>", "<Error><Code>A</Wrong></Error>",
    "<Error><Code>A</Code><Code>B</Code></Error>",
    "<Error><Deep><Code>A</Code></Deep></Error>",
    "<Error><Code>A</Code></Error><Error><Code>A</Code></Error>",
    "<Error><Code>A</Code></Error>tail",
    "<!DOCTYPE Error [<!ENTITY a \"A\">]><Error><Code>&a;</Code></Error>",
    "<Error><!-- x --><Code>A</Code></Error>",
    "<Error><Code><![CDATA[A]]></Code></Error>",
    "<Error><Code>A&#66;</Code></Error>", "<Error><Code>A B</Code></Error>",
    "<Error><Code>A\u{0}</Code></Error>", "<Error><Code>é</Code></Error>",
    "<Error><Code>A<b>B</b></Code></Error>", "<Error><Code>A<b/></Code></Error>",
    "<Error><Code>A<b/>B</Code></Error>", "<Error><Code><b>A</b>B</Code></Error>",
    "<?xml version=\"1.0\"><Error><Code>A</Code></Error>",
    "<?xml", "<html><body>Service Unavailable</body></html>",
    "<Error><Code>\(String(repeating: "A", count: 1_025))</Code></Error>",
    "<Error>\(String(repeating: "<a>", count: 20_000))",
    "<Error><Code>A</Code>\(String(repeating: " ", count: 65_536))</Error>",
  ])
  func `what is not such a document has no code`(text: String) {
    #expect(code(text) == nil)
  }

  @Test func `no piece of a good document has a code, and no changed one a trap`() {
    let whole = Array("<?xml version=\"1.0\"?><Error><Code>SlowDown</Code><A/></Error>".utf8)
    for count in 0..<whole.count {
      #expect(S3XML.text(of: "Code", in: "Error", Array(whole[..<count])) == nil)
      for byte in [0x00, 0x3C, 0x3E, 0x2F, 0x26, 0xFF] as [UInt8] {
        var changed = whole
        changed[count] = byte
        let text = S3XML.text(of: "Code", in: "Error", changed)
        #expect(text.map { $0.utf8.count <= 8 } ?? true)
      }
    }
  }
}
