/// One JSON value, with object order and the exact text of numbers kept.
public indirect enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

/// A JSON number as it was written, so that nothing is lost to floating point.
public struct JSONNumber: Sendable, Hashable, CustomStringConvertible {
  /// The number in RFC 8259 grammar.
  public let text: String

  init(unchecked text: String) { self.text = text }

  /// The decimal text of `value`.
  public init(_ value: some BinaryInteger) { text = String(value) }

  /// The shortest text that reads back as `value`; nil when it is infinite or not a number.
  public init?(_ value: Double) {
    guard value.isFinite else { return nil }
    text = value.description
  }

  /// The value, when it is a whole number that fits; `1.0` and `1e3` are whole.
  public var int64: Int64? {
    Int64(text) ?? Double(text).flatMap { Int64(exactly: $0) }
  }

  /// The nearest double; infinite when out of range.
  public var double: Double { Double(text) ?? .nan }

  public var description: String { text }
}

extension JSONValue {
  /// The member named `key` of an object, else nil.
  public subscript(key: String) -> JSONValue? {
    if case .object(let object) = self { object[key] } else { nil }
  }

  /// The element at `index` of an array, else nil.
  public subscript(index: Int) -> JSONValue? {
    if case .array(let items) = self, items.indices.contains(index) { items[index] } else { nil }
  }

  /// Whether this is `null`.
  public var isNull: Bool { self == .null }

  /// The text of a string.
  public var stringValue: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The value of `true` or `false`.
  public var boolValue: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// A whole number that fits; a string of digits, such as `"12"`, counts as one.
  public var int64Value: Int64? {
    switch self {
    case .number(let number): number.int64
    case .string(let text): Int64(text)
    default: nil
    }
  }

  /// A whole number that fits; a string of digits, such as `"12"`, counts as one.
  public var intValue: Int? { int64Value.flatMap { Int(exactly: $0) } }

  /// A number, or a string that spells one.
  public var doubleValue: Double? {
    switch self {
    case .number(let number): number.double
    case .string(let text): Double(text)
    default: nil
    }
  }

  /// The elements of an array.
  public var arrayValue: [JSONValue]? {
    if case .array(let items) = self { items } else { nil }
  }

  /// The members of an object.
  public var objectValue: JSONObject? {
    if case .object(let object) = self { object } else { nil }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral, ExpressibleByNilLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .number(JSONNumber(value)) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(floatLiteral value: Double) { self = JSONNumber(value).map { .number($0) } ?? .null }
  public init(nilLiteral: ()) { self = .null }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements))
  }

  /// The number `value`.
  public static func int(_ value: some BinaryInteger) -> JSONValue { .number(JSONNumber(value)) }
}
