internal import Buffers

extension MetadataFilter {
  /// Values that `$in` or `$nin` can list.
  private static let mostChoices = 10_000

  /// Reads a filter; sibling members must all hold. Throws what the service answers to a bad one.
  init(_ value: JSONValue) throws(PineconeError) {
    guard let object = value.objectValue else { throw .invalid("the filter is not an object") }
    var filters: [MetadataFilter] = []
    for (key, member) in object {
      switch key {
      case "$and": filters.append(.all(try Self.branches(member, of: key)))
      case "$or": filters.append(.any(try Self.branches(member, of: key)))
      case _ where key.hasPrefix("$"):
        throw .invalid(
          "only logical operators as $or and $and are allowed at top level, got \(key)")
      default: filters += try Self.conditions(member, on: key)
      }
    }
    self = filters.count == 1 ? filters[0] : .all(filters)
  }

  /// The filters below `$and` or `$or`.
  private static func branches(
    _ value: JSONValue, of key: String
  ) throws(PineconeError) -> [MetadataFilter] {
    guard let items = value.arrayValue, !items.isEmpty else {
      throw .invalid("the \(key) operator must be followed by a list of filters")
    }
    var filters: [MetadataFilter] = []
    for item in items { filters.append(try MetadataFilter(item)) }
    return filters
  }

  /// What one member asks of its field: a bare value is `$eq`.
  private static func conditions(
    _ value: JSONValue, on field: String
  ) throws(PineconeError) -> [MetadataFilter] {
    guard let operators = value.objectValue else {
      return [.field(field, .among([try scalar(value, of: "$eq")]))]
    }
    if operators.count == 0 { throw .invalid("field `\(field)` has no operator") }
    var filters: [MetadataFilter] = []
    for (name, operand) in operators {
      filters.append(.field(field, try condition(name, operand, on: field)))
    }
    return filters
  }

  /// What the operator `name` asks.
  private static func condition(
    _ name: String, _ operand: JSONValue, on field: String
  ) throws(PineconeError) -> Condition {
    if let comparison = Comparison(rawValue: name) {
      guard let bound = operand.numberValue else {
        throw .invalid("the \(name) operator must be followed by a number")
      }
      return .compares(comparison, bound)
    }
    switch name {
    case "$eq": return .among([try scalar(operand, of: name)])
    case "$ne": return .notAmong([try scalar(operand, of: name)])
    case "$in": return .among(try choices(operand, of: name))
    case "$nin": return .notAmong(try choices(operand, of: name))
    case "$exists":
      guard let isThere = operand.boolValue else {
        throw .invalid("the $exists operator must be followed by a boolean")
      }
      return .exists(isThere)
    default: throw .invalid("\(name) is not a valid operator on field `\(field)`")
    }
  }

  /// A value that a field can equal.
  private static func scalar(
    _ value: JSONValue, of name: String
  ) throws(PineconeError) -> JSONValue {
    switch value {
    case .string, .number, .bool: return value
    case .null, .array, .object:
      throw .invalid("the \(name) value must be a string, boolean or a number")
    }
  }

  /// The values of `$in` or `$nin`.
  private static func choices(
    _ value: JSONValue, of name: String
  ) throws(PineconeError) -> [JSONValue] {
    guard let items = value.arrayValue, items.count <= mostChoices else {
      throw .invalid("the \(name) operator must be followed by a list of at most \(mostChoices)")
    }
    var choices: [JSONValue] = []
    for item in items { choices.append(try scalar(item, of: name)) }
    return choices
  }
}
