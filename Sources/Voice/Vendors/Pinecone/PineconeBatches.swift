internal import Buffers
internal import Speech

/// Vectors as the bodies of upsert requests, each within Pinecone's limits; pure.
struct PineconeBatches {
  /// One body and how many vectors it has.
  struct Batch: Equatable {
    let body: [UInt8]
    let count: Int
  }

  /// Pinecone takes 1,000, and recommends this.
  static let countLimit = 100
  /// Pinecone's 2 MB, with the smaller meaning of a megabyte.
  static let byteLimit = 2_000_000

  private(set) var batches: [Batch] = []
  private let tail: [UInt8]
  private let byteLimit: Int
  private var open: [UInt8] = head
  private var count = 0

  private static let head = Array(#"{"vectors":["#.utf8)

  /// Throws when a vector alone is over the limit.
  init(
    _ vectors: [IndexedVector], namespace: String, byteLimit: Int = byteLimit
  ) throws(SpeechError) {
    self.byteLimit = byteLimit
    var name = JSONWriter()
    name.string(namespace)
    tail = Array(#"],"namespace":"#.utf8) + name.bytes + Array("}".utf8)
    for vector in vectors { try add(Self.record(vector)) }
    close()
  }

  private mutating func add(_ record: [UInt8]) throws(SpeechError) {
    if count == Self.countLimit || !hasRoom(for: record) { close() }
    guard hasRoom(for: record) else {
      throw SpeechError(
        .permanent,
        "pinecone: a vector takes \(record.count) bytes; a request may have \(byteLimit)")
    }
    if count > 0 { open.append(UInt8(ascii: ",")) }
    open += record
    count += 1
  }

  private func hasRoom(for record: [UInt8]) -> Bool {
    open.count + (count > 0 ? 1 : 0) + record.count + tail.count <= byteLimit
  }

  private mutating func close() {
    guard count > 0 else { return }
    batches.append(Batch(body: open + tail, count: count))
    open = Self.head
    count = 0
  }

  /// The group is all the metadata: text stays in our own database.
  private static func record(_ vector: IndexedVector) -> [UInt8] {
    var json = JSONWriter()
    json.object {
      $0.member("id", vector.id)
      $0.floats("values", vector.values)
      $0.object("metadata") { $0.member("agent_id", vector.group) }
    }
    return json.bytes
  }
}
