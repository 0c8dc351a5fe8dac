internal import Buffers

/// Namespaces as things of their own; a first write makes one, too.
extension PineconeMachine {
  /// `GET /namespaces`, by pages.
  func listNamespaces(_ call: PineconeCall, on place: Int) throws(PineconeError) -> PineconeReply {
    let prefix = call.item("prefix") ?? ""
    let meant = indexes[place].counts
      .map { (name: Self.shownName($0.name), count: $0.count) }
      .filter { $0.name.utf8.starts(with: prefix.utf8) }
      .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let page = try NamePage(meant, by: \.name, call)
    let entries = page.items.map { Self.description(of: $0.name, count: $0.count) }
    return PineconeReply(
      .object(
        page.told(with: ["namespaces": .array(entries), "total_count": .int(meant.count)])))
  }

  /// `POST /namespaces`.
  mutating func createNamespace(
    _ call: PineconeCall, on place: Int
  ) throws(PineconeError) -> PineconeReply {
    let reader = try BodyReader(call.body)
    try reader.allow(only: ["name", "schema"])
    let name = try reader.required("name", reader.text("name"))
    if name.isEmpty { throw .invalid("a namespace needs a name") }
    if indexes[place].hasSpace(name) {
      throw PineconeError(.alreadyExists, "Namespace already exists")
    }
    indexes[place].makeSpace(name)
    return PineconeReply(Self.description(of: name, count: 0))
  }

  /// `GET /namespaces/{namespace}`.
  func describeNamespace(_ name: String, on place: Int) throws(PineconeError) -> PineconeReply {
    let space = indexes[place].space(name)
    guard space.isVisible else { throw PineconeError(.notFound, "Namespace not found") }
    return PineconeReply(Self.description(of: name, count: space.records.count))
  }

  /// The namespace without a name has one here.
  private static func shownName(_ name: String) -> String {
    name.isEmpty ? VectorIndex.defaultNamespace : name
  }

  /// The count is a text: protobuf writes an int64 so, and the SDK expects it.
  private static func description(of name: String, count: Int) -> JSONValue {
    ["name": .string(name), "record_count": .string(String(count))]
  }
}
