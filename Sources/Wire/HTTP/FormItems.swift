/// Name and value pairs of a query string or an `application/x-www-form-urlencoded` body.
///
/// Keys stay text: `call[legs][0]` is a key of that name, not a structure.
public struct FormItems: Sendable, Equatable {
  /// One pair, decoded.
  public struct Item: Sendable, Equatable {
    /// The decoded name.
    public let name: String
    /// The decoded value; empty when there was no `=`.
    public let value: String
  }

  /// All items in the order they came.
  public private(set) var items: [Item]

  /// Items to be encoded, in this order.
  public init(_ items: [(String, String)] = []) {
    self.items = items.map { Item(name: $0.0, value: $0.1) }
  }

  /// The items of `text`; a pair without `=` has an empty value, an empty pair is skipped.
  ///
  /// Throws for a broken escape, bytes that are not UTF-8, or more than `limit` pairs.
  public init(parsing text: some StringProtocol, limit: Int = 1000) throws(HTTPError) {
    try self.init(parsing: Array(text.utf8), limit: limit)
  }

  /// The items of a body; the rules of the text form hold.
  public init(parsing bytes: [UInt8], limit: Int = 1000) throws(HTTPError) {
    items = []
    for pair in bytes.split(separator: UInt8(ascii: "&")) {
      guard items.count < limit else {
        throw HTTPError(.tooLarge, "form has more than \(limit) fields")
      }
      let equals = pair.firstIndex(of: UInt8(ascii: "="))
      let name = try Self.text(pair[..<(equals ?? pair.endIndex)])
      let value = try Self.text(equals.map { pair[($0 + 1)...] } ?? [])
      items.append(Item(name: name, value: value))
    }
  }

  /// The value of the first item called `name`.
  public subscript(name: String) -> String? {
    items.first { $0.name == name }?.value
  }

  /// The values of all items called `name`, in order.
  public func all(_ name: String) -> [String] {
    items.compactMap { $0.name == name ? $0.value : nil }
  }

  /// Appends an item.
  public mutating func add(_ name: String, _ value: String) {
    items.append(Item(name: name, value: value))
  }

  /// The items as a query string or form body, spaces as `%20`.
  public var encoded: String {
    items.map { "\(PercentCoding.encode($0.name))=\(PercentCoding.encode($0.value))" }
      .joined(separator: "&")
  }

  private static func text(_ bytes: ArraySlice<UInt8>) throws(HTTPError) -> String {
    guard let decoded = PercentCoding.decode(bytes, plusIsSpace: true) else {
      throw HTTPError(.percentCoding, "form has a percent sign without two hexadecimal digits")
    }
    guard let text = String(validating: decoded, as: UTF8.self) else {
      throw HTTPError(.form, "form field is not utf-8")
    }
    return text
  }
}
