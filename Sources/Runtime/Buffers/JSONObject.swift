/// The members of a JSON object in their order, each key once.
///
/// Keys are the same when their bytes are (RFC 8259, 8.3): two spellings of `é` are two keys.
///
/// Looked up by scanning while small; from seventeen members on by a hash index, so that a hostile
/// object costs no more than its length.
public struct JSONObject: Sendable {
  /// One key and its value.
  public typealias Member = (key: String, value: JSONValue)

  /// The members, in the order they were first set.
  public private(set) var members: [Member] = []
  private var index: [IndexKey: Int] = [:]

  /// Swift's strings compare by canonical equivalence; this one by its bytes.
  private struct IndexKey: Hashable {
    let text: String

    static func == (left: IndexKey, right: IndexKey) -> Bool { isSame(left.text, right.text) }

    func hash(into hasher: inout Hasher) { hasher.combine(text) }
  }

  private static let scanned = 16

  /// An object without members.
  public init() {}

  /// The members of `pairs`; the last one wins where a key repeats.
  public init(_ pairs: some Sequence<(String, JSONValue)>) {
    for (key, value) in pairs { self[key] = value }
  }

  /// How many members there are.
  public var count: Int { members.count }

  /// The keys, in order.
  public var keys: [String] { members.map(\.key) }

  /// The value of `key`. Setting keeps the place of an existing key; setting nil removes it.
  public subscript(key: String) -> JSONValue? {
    get { position(of: key).map { members[$0].value } }
    set {
      switch (position(of: key), newValue) {
      case (let place?, let value?): members[place].value = value
      case (nil, let value?): append(key, value)
      case (let place?, nil): remove(at: place)
      case (nil, nil): break
      }
    }
  }

  func position(of key: String) -> Int? {
    if members.count > Self.scanned { return index[IndexKey(text: key)] }
    return members.firstIndex { Self.isSame($0.key, key) }
  }

  private static func isSame(_ left: String, _ right: String) -> Bool {
    left == right && left.utf8.elementsEqual(right.utf8)
  }

  /// Adds a member whose key is known to be new.
  mutating func append(_ key: String, _ value: JSONValue) {
    members.append((key, value))
    if members.count > Self.scanned + 1 {
      index[IndexKey(text: key)] = members.count - 1
    } else if members.count == Self.scanned + 1 {
      reindex()
    }
  }

  private mutating func remove(at place: Int) {
    members.remove(at: place)
    reindex()
  }

  private mutating func reindex() {
    index = [:]
    guard members.count > Self.scanned else { return }
    for (place, member) in members.enumerated() { index[IndexKey(text: member.key)] = place }
  }
}

extension JSONObject: Equatable {
  /// Equal when the same keys have equal values, in whatever order.
  public static func == (a: JSONObject, b: JSONObject) -> Bool {
    a.count == b.count && a.members.allSatisfy { b[$0.key] == $0.value }
  }
}

extension JSONObject: Sequence {
  public func makeIterator() -> IndexingIterator<[Member]> { members.makeIterator() }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// Members in the order they are written; the last one wins where a key repeats.
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
