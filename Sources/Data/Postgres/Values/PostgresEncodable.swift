/// A Swift value that can be bound to a parameter.
package protocol PostgresEncodable {
  var bind: Bind { get }
}

/// A Swift value that can be read from a column sent in text form.
package protocol PostgresDecodable {
  /// Reads a non-NULL cell; throws `invalidValue` without quoting the cell.
  init(postgresText text: ArraySlice<UInt8>) throws(PostgresError)
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
  package var bind: Bind { map(\.bind) ?? .null }
}

extension PostgresEncodable where Self: RawRepresentable, RawValue: PostgresEncodable {
  package var bind: Bind { rawValue.bind }
}

extension PostgresDecodable where Self: RawRepresentable, RawValue: PostgresDecodable {
  package init(postgresText text: ArraySlice<UInt8>) throws(PostgresError) {
    guard let value = Self(rawValue: try RawValue(postgresText: text)) else {
      throw .unreadable(as: "\(Self.self)")
    }
    self = value
  }
}

extension PostgresError {
  static func unreadable(as type: String) -> PostgresError {
    PostgresError(.invalidValue, "value cannot be read as \(type)")
  }
}
