import Foundation
import Testing

@testable import Dashboard

@Suite struct SiteFolderTests {
  /// Hands out a folder and removes it afterwards.
  private static func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "site-\(UUID())")
    try FileManager.default.createDirectory(
      at: folder.appending(path: "site/assets"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test func `files are found by their paths, links and hidden ones are not`() throws {
    try Self.withFolder { folder in
      let site = folder.appending(path: "site")
      try Data("out".utf8).write(to: folder.appending(path: "secret.txt"))
      try Data("page".utf8).write(to: site.appending(path: "index.html"))
      try Data("js".utf8).write(to: site.appending(path: "assets/app.js"))
      try Data("no".utf8).write(to: site.appending(path: ".env"))
      try FileManager.default.createSymbolicLink(
        at: site.appending(path: "link.txt"),
        withDestinationURL: folder.appending(path: "secret.txt"))
      try FileManager.default.createSymbolicLink(
        at: site.appending(path: "up"), withDestinationURL: folder)
      let files = try SiteFolder.read(site.path)
      #expect(
        files == ["index.html": Array("page".utf8), "assets/app.js": Array("js".utf8)])
    }
  }

  @Test func `a folder that is too large for memory is refused`() throws {
    try Self.withFolder { folder in
      let file = folder.appending(path: "site/large.bin")
      try Data(count: 33 << 20).write(to: file)
      #expect(throws: SiteError.self) { try SiteFolder.read(folder.appending(path: "site").path) }
    }
  }

  @Test func `a folder that is not there is refused`() {
    #expect(throws: SiteError.self) { try SiteFolder.read("/nonexistent/site") }
  }
}
