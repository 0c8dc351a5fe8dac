import Buffers
import Testing

@testable import Simulation

@Suite struct VectorSpaceTests {
  static func record(_ id: String, _ values: [Int] = [1, 0, 0], _ metadata: String = "{}") throws
    -> VectorRecord
  {
    try VectorRecord(
      JSONValue(parsing: PineconeBench.vector(id, values, metadata)), dimension: 3)
  }

  static func space(_ writes: [(VectorSpace.Write, due: Int)]) -> VectorSpace {
    var space = VectorSpace()
    for (number, write) in writes.enumerated() {
      space.add(write.0, number: number + 1, due: .seconds(write.due))
    }
    return space
  }

  @Test(arguments: [
    (0, [], 0), (1, ["a"], 1), (2, ["a", "b"], 2), (4, ["b"], 4), (5, [], 5),
  ])
  func `writes are seen in their order, each when it is due`(
    seconds: Int, ids: [String], seen: Int
  ) throws {
    var space = Self.space([
      (.put([try Self.record("a")]), due: 1), (.put([try Self.record("b")]), due: 2),
      // Both wait for what was taken before them.
      (.remove(["a", "gone"]), due: 4), (.put([try Self.record("b", [0, 1, 0])]), due: 3),
      (.removeAll, due: 5),
    ])
    space.settle(at: .seconds(seconds))
    #expect(space.matching(nil).map(\.id) == ids)
    #expect(space.seen == seen)
  }

  @Test func `a record is replaced as a whole and changed in part`() throws {
    var space = Self.space([
      (.put([try Self.record("a", [1, 0, 0], #"{"x":1,"y":2}"#)]), due: 0),
      (.change(id: "a", values: [0, 0, 1], metadata: ["y": 3, "z": 4]), due: 1),
      (.change(id: "gone", values: [0, 0, 1], metadata: ["y": 3]), due: 1),
      (.changeMatching(try MetadataFilter(["z": 4]), metadata: ["w": 5]), due: 2),
      (.put([try Self.record("a", [1, 1, 1], #"{"v":6}"#)]), due: 3),
    ])
    space.settle(at: .seconds(2))
    #expect(space.records["a"]?.metadata == ["x": 1, "y": 3, "z": 4, "w": 5])
    #expect(space.records["a"]?.values == [0, 0, 1])
    space.settle(at: .seconds(3))
    #expect(space.records["a"]?.metadata == ["v": 6])
    #expect(space.records.count == 1)
  }

  @Test(arguments: [
    (VectorMetric.cosine, ["c", "a", "b", "d"], [1.0, 0.6, 0.6, -1]),
    (.dotproduct, ["a", "b", "c", "d"], [6, 6, 1, -2]),
    (.euclidean, ["c", "d", "a", "b"], [0, 9, 89, 89]),
  ])
  func `the nearest come first, equally near ones by id`(
    metric: VectorMetric, ids: [String], scores: [Double]
  ) throws {
    var space = Self.space([
      (
        .put([
          try Self.record("b", [6, 8, 0]), try Self.record("d", [-2, 0, 0]),
          try Self.record("a", [6, 0, 8]), try Self.record("c", [1, 0, 0]),
        ]), due: 0
      )
    ])
    space.settle(at: .zero)
    let found = space.nearest(10, to: [1, 0, 0], by: metric, nil)
    #expect(found.map(\.record.id) == ids)
    #expect(zip(found, scores).allSatisfy { abs($0.0.score - $0.1) < 1e-9 })
    #expect(space.nearest(2, to: [1, 0, 0], by: metric, nil).map(\.record.id) == Array(ids[..<2]))
  }

  @Test func `ids are ordered and found by their bytes`() throws {
    let ids = ["Z", "a#2", "a#10", "é", "ab"]
    var space = Self.space([(.put(try ids.map { try Self.record($0) }), due: 0)])
    space.settle(at: .zero)
    #expect(space.matching(nil).map(\.id) == ["Z", "a#10", "a#2", "ab", "é"])
    #expect(space.matching(nil, prefix: "a#").map(\.id) == ["a#10", "a#2"])
  }

  @Test func `a namespace is there while something is in it or it was made`() throws {
    var made = VectorSpace(isMade: true)
    #expect(made.isVisible && !made.isGone)
    made.add(.removeAll, number: 1, due: .seconds(1))
    made.settle(at: .seconds(1))
    #expect(made.isGone)
    var written = Self.space([(.put([try Self.record("a")]), due: 1)])
    #expect(!written.isVisible && !written.isGone)
    written.settle(at: .seconds(1))
    #expect(written.isVisible)
  }
}
