internal import Buffers

/// One page of things in the order of their names, and the token of the next.
struct NamePage<Item> {
  /// Items of a page when nothing is said, and at most.
  static var usualSize: Int { 100 }

  /// What is on the page.
  let items: [Item]
  /// Nil on the last page.
  let next: String?

  /// The page behind `token`, which is the name of the last item before it.
  init(
    _ items: [Item], by name: (Item) -> String, size: Int, token: String?
  ) throws(PineconeError) {
    guard (1...Self.usualSize).contains(size) else {
      throw .invalid("limit must be from 1 to \(Self.usualSize)")
    }
    let last = token.flatMap { $0.isEmpty ? nil : $0 }
    let bytes = last.map { Base64.decode($0) ?? [] }
    if bytes?.isEmpty == true { throw .invalid("Invalid pagination token") }
    let rest = items.drop { item in
      bytes.map { !$0.lexicographicallyPrecedes(name(item).utf8) } ?? false
    }
    self.items = Array(rest.prefix(size))
    let end = self.items.last.map { Base64.encode(Array(name($0).utf8)) }
    next = rest.count > size ? end : nil
  }

  /// The page that a query string asks for.
  init(_ items: [Item], by name: (Item) -> String, _ call: PineconeCall) throws(PineconeError) {
    guard let size = Int(call.item("limit") ?? String(Self.usualSize)) else {
      throw .invalid("limit is not a whole number")
    }
    try self.init(items, by: name, size: size, token: call.item("paginationToken"))
  }

  /// The members of an answer; the token is left out on the last page.
  func told(with members: JSONObject) -> JSONObject {
    var told = members
    if let next { told["pagination"] = ["next": .string(next)] }
    return told
  }
}
