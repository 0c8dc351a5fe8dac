import EventLoop
import Foundation
import Testing

@Suite struct OutputFileTests {
  private let path = NSTemporaryDirectory() + "output-file-\(UUID().uuidString)"

  private var text: String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func `a file has what was written, for its user only`() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    for text in ["a longer text", "a text"] {
      let file = try OutputFile(path)
      try file.write([])
      for byte in text.utf8 { try file.write([byte]) }
      try file.close()
      #expect(self.text == text)
    }
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let error = #expect(throws: EventLoopError.self) { try OutputFile(path, isNew: true) }
    #expect(error?.message.hasPrefix("cannot write \(path): ") == true)
    #expect(text == "a text")
  }

  @Test func `what was cut short goes, and what is no file stays`() throws {
    let file = try OutputFile(path, isNew: true)
    try file.write([1])
    file.remove()
    try file.close()
    #expect(text == nil)
    let null = try OutputFile("/dev/null")
    try null.write([1, 2])
    try null.close()
    null.remove()
    #expect(FileManager.default.fileExists(atPath: "/dev/null"))
    #expect(throws: EventLoopError.self) { try OutputFile("/dev/full").write([1]) }
    #expect(throws: EventLoopError.self) { try OutputFile(path + "/none") }
  }
}
