/// A statement with its parameters. Interpolating a value makes a bind (`… WHERE id = \(id)`),
/// interpolating another `Query` splices it, and `\(unsafeSQL: text)` is the raw way in.
package struct Query: Sendable, Equatable, ExpressibleByStringInterpolation {
  /// Text around the binds: always one more piece than there are binds.
  private(set) var pieces: [String]
  /// Values in the order of their `$n`.
  package private(set) var binds: [Bind]

  package init(stringLiteral value: String) {
    pieces = [value]
    binds = []
  }

  package init(stringInterpolation: StringInterpolation) {
    self = stringInterpolation.query
  }

  /// Takes a text as it is, without binds. The caller answers for where it came from.
  package init(unsafeSQL text: String) {
    pieces = [text]
    binds = []
  }

  /// The text PostgreSQL sees, with `$1…$n` where the binds stand.
  package var sql: String {
    var text = pieces[0]
    for index in binds.indices {
      text += "$"
      text += String(index + 1)
      text += pieces[index + 1]
    }
    return text
  }

  mutating func append(text: String) {
    pieces[pieces.count - 1] += text
  }

  mutating func append(bind: Bind) {
    binds.append(bind)
    pieces.append("")
  }

  /// Appends another query; its binds are renumbered behind ours.
  package mutating func append(_ other: Query) {
    append(text: other.pieces[0])
    for (bind, piece) in zip(other.binds, other.pieces.dropFirst()) {
      append(bind: bind)
      append(text: piece)
    }
  }

  package struct StringInterpolation: StringInterpolationProtocol {
    var query = Query(unsafeSQL: "")

    package init(literalCapacity: Int, interpolationCount: Int) {}

    package mutating func appendLiteral(_ literal: String) {
      query.append(text: literal)
    }

    package mutating func appendInterpolation(_ value: some PostgresEncodable) {
      query.append(bind: value.bind)
    }

    /// Nil is NULL.
    package mutating func appendInterpolation(_ value: (some PostgresEncodable)?) {
      query.append(bind: value?.bind ?? .null)
    }

    package mutating func appendInterpolation(_ fragment: Query) {
      query.append(fragment)
    }

    package mutating func appendInterpolation(unsafeSQL text: String) {
      query.append(text: text)
    }
  }
}

/// One parameter as it travels.
package enum Bind: Sendable, Equatable {
  case null
  /// The type's text form; PostgreSQL infers the type from where the parameter stands.
  case text(String)
  /// A `bytea` value, byte for byte.
  case bytes([UInt8])
}
