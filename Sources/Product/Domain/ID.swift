internal import TLS

/// Something with an identifier of its own kind.
package protocol Identified: Sendable {
  /// What its identifiers begin with, without the underscore: `agt`.
  static var idPrefix: String { get }
}

/// An opaque, sortable identifier: prefix, underscore, and a ULID of 26 Crockford base-32 characters
/// (48 bits of milliseconds, 80 random bits), so that later ones compare greater.
package struct ID<Entity: Identified>: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The whole text, `agt_01JD…`.
  package let text: String

  /// A new identifier, made at `milliseconds` since 1970.
  package init(milliseconds: Int64 = WallClock.now.milliseconds) {
    text = Entity.idPrefix + "_" + ULID.make(milliseconds: milliseconds)
  }

  /// The identifier that `text` spells, or `nil` when it is none of this kind.
  package init?(_ text: String) {
    var text = text
    guard text.withUTF8(Self.isOne) else { return nil }
    self.text = text
  }

  private static func isOne(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let prefix = Entity.idPrefix.utf8
    let rest = text.dropFirst(prefix.count)
    return text.starts(with: prefix) && rest.first == UInt8(ascii: "_")
      && ULID.isValid(rest.dropFirst())
  }

  package var description: String { text }

  package static func < (a: ID, b: ID) -> Bool { a.text < b.text }
}

/// Bounds of ids, for what is found by the time at which it was made: an id tells that of a clock which may not
/// quite be the one that gave the row its time, so there is a minute more at either end.
extension ID {
  private static var slack: Int64 { 60_000 }

  /// Below the ids of all that was made at `moment` or later.
  package static func lowest(from moment: Moment) -> ID {
    ID(milliseconds: ULID.clamped(moment.milliseconds - slack))
  }

  /// Above the ids of all that was made before `moment`.
  package static func highest(before moment: Moment) -> ID {
    ID(milliseconds: ULID.clamped(moment.milliseconds + slack))
  }
}

/// The 26 characters of a ULID.
enum ULID {
  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

  static func make(milliseconds: Int64) -> String {
    var value = UInt128(truncatingIfNeeded: milliseconds) << 80
    for (index, byte) in RandomBytes.generate(10).enumerated() {
      value |= UInt128(byte) << UInt128(8 * (9 - index))
    }
    let characters = (0..<26).map { position in
      alphabet[Int(truncatingIfNeeded: (value >> UInt128(5 * (25 - position))) & 31)]
    }
    return String(decoding: characters, as: UTF8.self)
  }

  /// The nearest of the milliseconds that it has room for.
  static func clamped(_ milliseconds: Int64) -> Int64 { min(max(0, milliseconds), 1 << 48 - 1) }

  static func isValid(_ text: some Collection<UInt8>) -> Bool {
    let members = members
    return text.count == 26 && text.allSatisfy { $0 < 128 && members &>> UInt128($0) & 1 == 1 }
  }

  /// A bit for each ASCII character that is in the alphabet.
  private static let members = alphabet.reduce(UInt128(0)) { $0 | 1 << UInt128($1) }
}
