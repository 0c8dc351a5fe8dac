internal import Buffers

extension JSONValue {
  /// The first of `keys` whose value is a string or a number, as text; vendors write both.
  func text(_ keys: String...) -> String? {
    for key in keys {
      if let text = self[key]?.scalarText { return text }
    }
    return nil
  }

  /// A string, number or boolean as text.
  var scalarText: String? {
    switch self {
    case .string(let text): text
    case .number(let number): number.text
    case .bool(let value): value ? "true" : "false"
    case .null, .array, .object: nil
    }
  }

  /// The largest count of tokens that is believed.
  static let tokenLimit = 1_000_000_000

  /// A count of tokens, 0 to ``tokenLimit``; 0 when it is no whole number.
  var tokenCount: Int { min(max(intValue ?? 0, 0), Self.tokenLimit) }
}

extension String {
  /// Nil when empty.
  var nonEmpty: String? { isEmpty ? nil : self }
}
