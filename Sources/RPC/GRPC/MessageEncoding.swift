internal import Glibc

/// A compression of single messages, as `grpc-encoding` names it.
package enum MessageEncoding: Sendable, Equatable {
  case identity, gzip, deflate

  /// What this side can decompress, as `grpc-accept-encoding` lists it.
  package static let accepted = "identity,gzip,deflate"

  /// The value of `grpc-encoding`.
  package var name: String {
    switch self {
    case .identity: "identity"
    case .gzip: "gzip"
    case .deflate: "deflate"
    }
  }

  /// `nil` for a coding this side does not have.
  package init?(_ text: UnsafeRawBufferPointer) {
    if unsafe text.equals("identity") {
      self = .identity
    } else if unsafe text.equals("gzip") {
      self = .gzip
    } else if unsafe text.equals("deflate") {
      self = .deflate
    } else {
      return nil
    }
  }
}

extension UnsafeRawBufferPointer {
  /// Whether the last bytes are those of `literal`.
  func ends(with literal: StaticString) -> Bool {
    let length = literal.utf8CodeUnitCount
    guard count >= length else { return false }
    return unsafe UnsafeRawBufferPointer(rebasing: self[(count - length)...]).equals(literal)
  }

  /// Whether these bytes are exactly `literal`.
  func equals(_ literal: StaticString) -> Bool {
    unsafe count == literal.utf8CodeUnitCount
      && (count == 0 || memcmp(baseAddress!, literal.utf8Start, count) == 0)
  }

  /// Whether these bytes begin with `literal`.
  func starts(with literal: StaticString) -> Bool {
    unsafe count >= literal.utf8CodeUnitCount
      && memcmp(baseAddress!, literal.utf8Start, literal.utf8CodeUnitCount) == 0
  }

  /// These bytes as text, broken UTF-8 replaced.
  var text: String { unsafe String(decoding: self, as: UTF8.self) }
}

/// Header values that are lists.
enum Comma {
  /// Gives each part between commas to `body`, spaces and tabs around it cut off; parts may be empty.
  static func forEachPart(
    of value: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
  ) {
    var start = 0
    for index in 0...value.count {
      guard unsafe index == value.count || value[index] == UInt8(ascii: ",") else { continue }
      var first = start
      var last = index
      while first < last, unsafe isBlank(value[first]) { first += 1 }
      while last > first, unsafe isBlank(value[last - 1]) { last -= 1 }
      unsafe body(UnsafeRawBufferPointer(rebasing: value[first..<last]))
      start = index + 1
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
