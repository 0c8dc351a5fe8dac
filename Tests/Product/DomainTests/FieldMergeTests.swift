import RPCCore
import Testing

@testable import Domain

@Suite struct FieldMergeTests {
  private struct Shop: Sendable, Equatable {
    struct Place: Sendable, Equatable {
      var city = ""
      var street = ""
    }
    var shortName = ""
    var size = 0
    var place = Place()
  }

  private let merge = FieldMerge<Shop>(
    "shop",
    [
      .init("short_name", path: \.shortName), .init("size", path: \.size),
      .init("place.city", path: \.place.city), .init("place.street", path: \.place.street),
    ], outputOnly: ["etag"])
  private let old = Shop(shortName: "a", size: 1, place: .init(city: "Pune", street: "MG Road"))
  private let new = Shop(shortName: "b", size: 0, place: .init(city: "Agra", street: ""))

  private func merged(_ paths: String...) throws -> Shop {
    try merge.merged(old, new, empty: Shop(), paths: paths)
  }

  @Test func `a path copies its field, also to nothing, in either spelling`() throws {
    #expect(try merged("size") == Shop(shortName: "a", size: 0, place: old.place))
    #expect(try merged("short_name") == merged("shortName"))
    #expect(try merged("place.city").place == .init(city: "Agra", street: "MG Road"))
  }

  @Test func `a path above fields copies all of them, and a star everything`() throws {
    #expect(try merged("place") == Shop(shortName: "a", size: 1, place: new.place))
    #expect(try merged("*") == new)
  }

  @Test func `without paths what is set is copied`() throws {
    #expect(
      try merged() == Shop(shortName: "b", size: 1, place: .init(city: "Agra", street: "MG Road")))
  }

  @Test func `what is only told is taken and does nothing`() throws {
    #expect(try merged("etag") == old)
  }

  @Test(arguments: ["", "nothing", "place.", "place.zip", "sizes", "Size"])
  func `another path is refused`(path: String) {
    let error = #expect(throws: RPCError.self) { _ = try merged(path) }
    #expect(error?.code == .invalidArgument)
  }
}
