import Domain
import Testing

@testable import Knowledge

@Suite struct PassageVectorsTests {
  private let document = DocumentID()

  private func key(_ number: Int64) -> PassageKey { PassageKey(document: document, number: number) }

  /// A unit vector that points along one axis, and a little along the next.
  private func vector(_ axis: Int, _ dimensions: Int, lean: Float = 0) -> [Float] {
    var values = [Float](repeating: 0, count: dimensions)
    values[axis] = (1 - lean * lean).squareRoot()
    values[(axis + 1) % dimensions] = lean
    return values
  }

  @Test(arguments: [2, 3, 7, 8, 9, 16, 768, 769])
  func `the nearest comes first with its cosine`(dimensions: Int) {
    var vectors = PassageVectors(dimensions: dimensions)
    vectors.append([
      (key(0), vector(1, dimensions)), (key(1), vector(0, dimensions)),
      (key(2), vector(0, dimensions, lean: 0.6)),
    ])
    let found = vectors.nearest(to: vector(0, dimensions), limit: 2)
    #expect(found.map(\.key) == [key(1), key(2)])
    #expect(abs(found[0].score - 1) < 1e-5 && abs(found[1].score - 0.8) < 1e-5)
  }

  @Test func `equals come in their order`() {
    var vectors = PassageVectors(dimensions: 8)
    vectors.append((0..<5).map { (key($0), vector(0, 8)) })
    #expect(vectors.nearest(to: vector(0, 8), limit: 9).map(\.key.number) == [0, 1, 2, 3, 4])
  }

  @Test func `a question of another size finds nothing`() {
    var vectors = PassageVectors(dimensions: 8)
    vectors.append([(key(0), vector(0, 8))])
    #expect(vectors.nearest(to: vector(0, 9), limit: 1).isEmpty)
    #expect(vectors.nearest(to: vector(0, 8), limit: 0).isEmpty)
  }

  @Test func `vectors come back from their bytes as they were`() {
    let vector: [Float] = [0, -0.0, 1, -1, 0.1, .leastNonzeroMagnitude, 3.4e38]
    #expect(VectorBytes.decode(VectorBytes.encode(vector)) == vector)
    #expect(VectorBytes.encode([1]) == [0, 0, 0x80, 0x3F])
  }

  @Test(arguments: [[1, 2, 3], [0, 0, 0xC0, 0x7F], [0, 0, 0x80, 0x7F]])
  func `bytes that are no finite floats are refused`(bytes: [UInt8]) {
    #expect(VectorBytes.decode(bytes) == nil)
  }

  @Test func `an index's identifiers name a passage of one agent`() {
    let (agent, passage) = (AgentID(), key(12))
    let id = NamedIndex.id(passage, of: agent)
    #expect(NamedIndex.key(id, of: agent) == passage)
    #expect(NamedIndex.key(id, of: AgentID()) == nil)
    for bad in ["", "#", "\(agent.text)#x#1", "\(id)#", "\(agent.text)##0", "\(id)x"] {
      #expect(NamedIndex.key(bad, of: agent) == nil)
    }
  }
}
