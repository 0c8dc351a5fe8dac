internal import Buffers

/// Header fields in their order of arrival, found without regard to case.
///
/// Names are kept in lower case. Values are kept as given: check a peer's or a user's own text
/// with `HTTPFieldRules` (or use `validate()`) before it is written to a wire.
public struct HTTPHeaders: Sendable, Equatable {
  /// One field: a lower-case name and its value.
  public struct Field: Sendable, Equatable {
    /// In lower case.
    public let name: String
    /// As it was given; it may hold anything.
    public var value: String

    /// Whether the name is `key`, which is in lower case.
    ///
    /// To find that two Strings differ takes longer than that their lengths do.
    @inline(__always)
    fileprivate func isNamed(_ key: String) -> Bool {
      name.utf8.count == key.utf8.count && name == key
    }
  }

  /// All fields in the order they were added.
  public private(set) var fields: [Field]
  /// Bit n is set when a name may have n bytes, the highest when one may have more. Most names that
  /// are asked for are of a length that none has.
  private var lengths: UInt64 = 0

  /// Headers without a field.
  public init() {
    fields = []
  }

  /// Whether the fields are the same, in the same order.
  public static func == (left: HTTPHeaders, right: HTTPHeaders) -> Bool {
    left.fields == right.fields
  }

  private static func lengthBit(_ name: String) -> UInt64 {
    1 &<< UInt64(Swift.min(name.utf8.count, 63))
  }

  private func mayHave(_ name: String) -> Bool { lengths & Self.lengthBit(name) != 0 }

  /// Makes room for `count` fields.
  public mutating func reserveCapacity(_ count: Int) { fields.reserveCapacity(count) }

  /// The first value of `name`; setting it drops every other one, setting nil drops all.
  public subscript(name: String) -> String? {
    get { index(of: name).map { fields[$0].value } }
    set {
      guard let newValue else { return remove(name) }
      replace(name, with: newValue)
    }
  }

  /// Every value of `name`, in order.
  public func all(_ name: String) -> [String] {
    guard mayHave(name) else { return [] }
    let key = name.inLowerCase
    return fields.compactMap { $0.isNamed(key) ? $0.value : nil }
  }

  /// How many fields are called `name`.
  public func count(of name: String) -> Int {
    let key = name.inLowerCase
    return fields.count { $0.isNamed(key) }
  }

  /// Whether at least one field is called `name`.
  public func contains(_ name: String) -> Bool { index(of: name) != nil }

  /// Where the first field called `name` is.
  private func index(of name: String) -> Int? {
    guard mayHave(name) else { return nil }
    // Names are nearly always asked for in lower case.
    if let index = index(ofLowercase: name) { return index }
    return name.isInLowerCase ? nil : index(ofLowercase: name.lowercased())
  }

  private func index(ofLowercase name: String) -> Int? {
    for index in 0..<fields.count where fields[index].isNamed(name) { return index }
    return nil
  }

  /// The first `count` fields.
  package func prefix(_ count: Int) -> HTTPHeaders {
    var headers = HTTPHeaders()
    headers.fields = Array(fields.prefix(count))
    headers.lengths = lengths
    return headers
  }

  /// Bytes of all names and values.
  package var byteCount: Int {
    var sum = 0
    for index in 0..<fields.count {
      sum += fields[index].name.utf8.count + fields[index].value.utf8.count
    }
    return sum
  }

  /// Appends a field behind those that are there.
  public mutating func add(_ name: String, _ value: String) {
    add(lowercase: name.inLowerCase, value)
  }

  /// Appends a field whose name is known to be in lower case.
  package mutating func add(lowercase name: String, _ value: String) {
    lengths |= Self.lengthBit(name)
    fields.append(Field(name: name, value: value))
  }

  /// Appends the fields of `other`.
  public mutating func add(contentsOf other: HTTPHeaders) {
    lengths |= other.lengths
    fields += other.fields
  }

  /// Puts one field in the place of all fields called `name`.
  public mutating func replace(_ name: String, with value: String) {
    replace(lowercase: name.inLowerCase, with: value)
  }

  /// Puts one field in the place of all fields of a name that is known to be in lower case.
  package mutating func replace(lowercase name: String, with value: String) {
    guard mayHave(name), let first = index(ofLowercase: name) else {
      return add(lowercase: name, value)
    }
    fields[first].value = value
    var index = fields.count - 1
    while index > first {
      if fields[index].name == name { fields.remove(at: index) }
      index -= 1
    }
  }

  /// Drops every field called `name`.
  public mutating func remove(_ name: String) {
    guard mayHave(name) else { return }
    let key = name.inLowerCase
    fields.removeAll { $0.isNamed(key) }
  }

  /// The comma-separated members of every field called `name`, trimmed, empty ones left out.
  ///
  /// Only for fields that are lists of tokens (`connection`, `upgrade`, `accept`): a comma inside a
  /// quoted string is not seen as such.
  public func tokens(_ name: String) -> [Substring] {
    all(name).flatMap { value in
      value.split(separator: ",").compactMap { part in
        let trimmed = part.trimmingOptionalWhitespace()
        return trimmed.isEmpty ? nil : trimmed
      }
    }
  }

  /// Whether the token list `name` has `token`, whatever its case.
  public func hasToken(_ name: String, _ token: String) -> Bool {
    guard contains(name) else { return false }
    let wanted = token.lowercased()
    return tokens(name).contains { $0.lowercased() == wanted }
  }

  /// Throws unless every name is a token and no value has CR, LF, NUL or another control.
  public func validate() throws(HTTPError) {
    for field in fields {
      guard HTTPFieldRules.isName(field.name) else {
        throw HTTPError(.field, "header name of \(field.name.utf8.count) bytes is not a token")
      }
      guard HTTPFieldRules.isValue(field.value) else {
        throw HTTPError(.field, "value of header \(field.name) holds a control character")
      }
    }
  }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
  /// Fields in the order they are written; a name may occur more than once.
  public init(dictionaryLiteral elements: (String, String)...) {
    self.init()
    for (name, value) in elements { add(name, value) }
  }
}

extension HTTPHeaders: Sequence {
  public func makeIterator() -> IndexingIterator<[Field]> { fields.makeIterator() }

  /// Whether there is no field.
  public var isEmpty: Bool { fields.isEmpty }

  /// How many fields there are, repeated names included.
  public var count: Int { fields.count }
}

extension Substring {
  /// This text without spaces and tabs at its ends.
  func trimmingOptionalWhitespace() -> Substring {
    var rest = self
    while let first = rest.utf8.first, first == 32 || first == 9 { rest.removeFirst() }
    while let last = rest.utf8.last, last == 32 || last == 9 { rest.removeLast() }
    return rest
  }
}
