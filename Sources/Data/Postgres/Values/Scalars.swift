extension String: PostgresEncodable, PostgresDecodable {
  package var bind: Bind { .text(self) }

  package init(postgresText text: ArraySlice<UInt8>) throws(PostgresError) {
    self.init(decoding: text, as: UTF8.self)
  }
}

extension Bool: PostgresEncodable, PostgresDecodable {
  package var bind: Bind { .text(self ? "t" : "f") }

  package init(postgresText text: ArraySlice<UInt8>) throws(PostgresError) {
    switch text.first {
    case UInt8(ascii: "t") where text.count == 1: self = true
    case UInt8(ascii: "f") where text.count == 1: self = false
    default: throw .unreadable(as: "Bool")
    }
  }
}

extension Double: PostgresEncodable, PostgresDecodable {
  package var bind: Bind {
    if isNaN { return .text("NaN") }
    if isInfinite { return .text(self < 0 ? "-Infinity" : "Infinity") }
    return .text(description)
  }

  package init(postgresText text: ArraySlice<UInt8>) throws(PostgresError) {
    guard let value = Double(String(decoding: text, as: UTF8.self)) else {
      throw .unreadable(as: "Double")
    }
    self = value
  }
}

/// Integers travel as decimal digits, so one form fits int2, int4, int8 and numeric.
extension FixedWidthInteger where Self: PostgresEncodable {
  package var bind: Bind { .text(description) }
}

extension FixedWidthInteger where Self: PostgresDecodable {
  package init(postgresText text: ArraySlice<UInt8>) throws(PostgresError) {
    guard let value = Self(String(decoding: text, as: UTF8.self)) else {
      throw .unreadable(as: "\(Self.self)")
    }
    self = value
  }
}

extension Int: PostgresEncodable, PostgresDecodable {}
extension Int64: PostgresEncodable, PostgresDecodable {}
extension Int32: PostgresEncodable, PostgresDecodable {}
