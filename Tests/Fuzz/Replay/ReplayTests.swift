import Foundation
import FuzzEntries
import Testing

/// Every file of the corpora, findings of earlier runs among them, goes through its entry.
@Suite struct ReplayTests {
  private static let corpora = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "corpus")

  private static func files(of entry: String) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
      at: corpora.appending(path: entry), includingPropertiesForKeys: nil)
  }

  @Test(arguments: FuzzEntry.all.map(\.name))
  func `what must hold does hold for every file of the corpus`(name: String) throws {
    let entry = try #require(FuzzEntry.named(name))
    let files = try Self.files(of: name)
    #expect(!files.isEmpty)
    for file in files {
      do {
        try entry.run(Array(Data(contentsOf: file)))
      } catch {
        Issue.record("\(name)/\(file.lastPathComponent): \(error)")
      }
    }
  }

  @Test func `every corpus belongs to an entry`() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.corpora.path)
    #expect(Set(folders) == Set(FuzzEntry.all.map(\.name)))
  }
}
