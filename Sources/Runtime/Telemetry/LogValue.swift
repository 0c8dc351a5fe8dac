internal import Buffers

/// One value of a log event's fields.
package enum LogValue: Sendable, Equatable {
  case string(String)
  case integer(Int64)
  case double(Double)
  /// A number of thousandths.
  case thousandths(Int64)
  case bool(Bool)

  /// The description of an id, a status, an address. A `Personal` becomes `<personal>`.
  package init(_ value: some CustomStringConvertible) { self = .string(value.description) }

  /// Any whole number.
  package static func int(_ value: some BinaryInteger) -> LogValue {
    .integer(Int64(clamping: value))
  }

  /// A span of time, in milliseconds to the microsecond.
  package static func milliseconds(_ duration: Duration) -> LogValue {
    let (seconds, attoseconds) = duration.components
    return .thousandths(seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
  }

  /// A span of time, in milliseconds to the microsecond.
  package static func milliseconds(nanoseconds: Int64) -> LogValue {
    .thousandths(nanoseconds / 1000)
  }

  func write(to json: inout JSONWriter) {
    switch self {
    case .string(let text): json.string(text)
    case .integer(let value): json.number(value)
    case .double(let value): json.number(value)
    case .thousandths(let value): json.number(thousandths: value)
    case .bool(let value): json.bool(value)
    }
  }
}

extension LogValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(floatLiteral value: Double) { self = .double(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
}
