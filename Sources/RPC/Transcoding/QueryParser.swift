internal import HTTP

/// Splits a raw query string into decoded pairs, in order.
///
/// `+` is a space, as URLSearchParams, Python and Go write one; a real plus is `%2B`. A key without
/// `=` has the empty value. Empty pairs (`a=1&&b=2`) are skipped.
struct QueryParser {
  struct Pair: Equatable {
    let key: String
    let value: String
  }

  enum Failure: Error, Equatable {
    case badEscape(position: Int)
    case notText(position: Int)
    case tooManyPairs(limit: Int)
  }

  /// Throws at the first pair that is not percent-encoded UTF-8 without NUL; positions count pairs
  /// from 1.
  static func pairs(_ query: ArraySlice<UInt8>, limit: Int) throws(Failure) -> [Pair] {
    var pairs: [Pair] = []
    for raw in query.split(separator: UInt8(ascii: "&")) {
      guard pairs.count < limit else { throw .tooManyPairs(limit: limit) }
      let position = pairs.count + 1
      let equals = raw.firstIndex(of: UInt8(ascii: "=")) ?? raw.endIndex
      let key = try decode(raw[..<equals], position)
      let value = try decode(raw[equals...].dropFirst(), position)
      pairs.append(Pair(key: key, value: value))
    }
    return pairs
  }

  private static func decode(
    _ raw: ArraySlice<UInt8>, _ position: Int
  ) throws(Failure) -> String {
    guard let bytes = PercentCoding.decode(raw, plusIsSpace: true) else {
      throw .badEscape(position: position)
    }
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      throw .notText(position: position)
    }
    return text
  }
}
