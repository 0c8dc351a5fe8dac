import Buffers
import Testing

@testable import Simulation

@Suite struct ModelListTests {
  @Test func `pages lead through all models once`() throws {
    var names: [String] = []
    var token: String?
    repeat {
      let page = try ModelList.page(size: "4", token: token)
      names += (page["models"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
      token = page["nextPageToken"]?.stringValue
    } while token != nil
    #expect(
      names.count == TextModel.all.count + LiveModel.all.count + EmbeddingModel.all.count)
    #expect(Set(names).count == names.count)
    #expect(names.contains("models/gemini-3.5-flash-lite"))
    #expect(names.contains("models/gemini-3.8-flash"))
    #expect(names.contains("models/gemini-3.8-live"))
    #expect(names.contains("models/gemini-embedding-2"))
  }

  @Test func `one page holds all by default`() throws {
    #expect(try ModelList.page(size: nil, token: nil)["nextPageToken"] == nil)
    #expect(try ModelList.page(size: "100000", token: "")["nextPageToken"] == nil)
  }

  @Test(arguments: [("many", nil as String?), ("-1", nil), ("4", "nonsense")])
  func `a page that cannot be is refused`(size: String, token: String?) {
    let fault = #expect(throws: GoogleError.self) { try ModelList.page(size: size, token: token) }
    #expect(fault?.code == 400)
  }

  @Test func `one model can be asked for`() throws {
    let entry = try ModelList.entry(named: "gemini-3.8-flash")
    #expect(entry["supportedGenerationMethods"]?[0] == "generateContent")
    #expect(throws: GoogleError.self) { try ModelList.entry(named: "gemini-1.0-pro") }
  }
}
