internal import Buffers

/// Which records are meant, by their metadata.
///
/// A list of texts fits where one of its elements does. A field that is not there is unequal to
/// every value, and neither greater nor less.
indirect enum MetadataFilter: Sendable, Equatable {
  /// Every one fits; without any, all records do.
  case all([MetadataFilter])
  /// At least one fits.
  case any([MetadataFilter])
  /// The field of this name is as the condition says.
  case field(String, Condition)

  /// What a field's value must be.
  enum Condition: Sendable, Equatable {
    /// One of these.
    case among([JSONValue])
    /// None of these.
    case notAmong([JSONValue])
    /// A number on this side of the bound.
    case compares(Comparison, Double)
    /// There, or not there.
    case exists(Bool)
  }

  /// An order of two numbers.
  enum Comparison: String, Sendable {
    case greater = "$gt"
    case greaterOrEqual = "$gte"
    case less = "$lt"
    case lessOrEqual = "$lte"
  }

  /// Whether a record with `metadata` is meant.
  func fits(_ metadata: JSONObject) -> Bool {
    switch self {
    case .all(let filters): filters.allSatisfy { $0.fits(metadata) }
    case .any(let filters): filters.contains { $0.fits(metadata) }
    case .field(let name, let condition): condition.fits(metadata[name])
    }
  }
}

extension MetadataFilter.Condition {
  /// Whether a value, nil where there is none, is so.
  fileprivate func fits(_ value: JSONValue?) -> Bool {
    switch self {
    case .exists(let isThere): (value != nil) == isThere
    case .among(let choices): Self.isOne(value, of: choices)
    case .notAmong(let choices): !Self.isOne(value, of: choices)
    case .compares(let comparison, let bound):
      value?.numberValue.map { comparison.holds($0, bound) } ?? false
    }
  }

  /// Whether the value, or an element of it, is among the choices.
  private static func isOne(_ value: JSONValue?, of choices: [JSONValue]) -> Bool {
    let values = value.map { $0.arrayValue ?? [$0] } ?? []
    return values.contains { value in choices.contains { isSame(value, $0) } }
  }

  /// Numbers are the same when their values are: 3 is 3.0, and not "3".
  private static func isSame(_ one: JSONValue, _ other: JSONValue) -> Bool {
    if let first = one.numberValue, let second = other.numberValue { return first == second }
    return one == other
  }
}

extension MetadataFilter.Comparison {
  /// Whether `value` stands so to `bound`.
  fileprivate func holds(_ value: Double, _ bound: Double) -> Bool {
    switch self {
    case .greater: value > bound
    case .greaterOrEqual: value >= bound
    case .less: value < bound
    case .lessOrEqual: value <= bound
    }
  }
}

extension JSONValue {
  /// The value of a number, not of a text that spells one.
  var numberValue: Double? { if case .number(let number) = self { number.double } else { nil } }
}
