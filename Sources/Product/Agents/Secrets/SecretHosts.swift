internal import Domain
internal import HTTPClient

/// Where a secret may be sent: hosts as they stand in tools' URLs, or `*.` and a domain for all below it.
package struct SecretHosts: Sendable, Equatable {
  /// Most hosts of one secret.
  static let limit = 20

  /// In lower case; those of a secret that is older than its hosts may be more than ``limit``.
  let texts: [String]

  /// What was checked before it was kept.
  init(stored texts: [String]) { self.texts = texts }

  /// The hosts of a request; notes each that is none.
  init(_ wanted: [String], _ violations: inout FieldViolations) {
    violations.require(
      wanted.count <= Self.limit, "hosts",
      "has \(wanted.count) entries; the limit is \(Self.limit)")
    let texts = wanted.prefix(Self.limit).map { $0.lowercased() }
    for (index, text) in texts.enumerated() {
      violations.require(
        Self.isHost(text), "hosts[\(index)]",
        "must be a host such as api.shop.example.in, or *.shop.example.in for all below it")
      violations.require(
        !texts[..<index].contains(text), "hosts[\(index)]", "is named earlier in the list")
    }
    self.texts = texts
  }

  /// These, or `earlier` ones where there are none. Throws `invalidArgument` when there are none either.
  func or(_ earlier: SecretHosts?) throws -> SecretHosts {
    let chosen = texts.isEmpty ? earlier ?? self : self
    var violations = FieldViolations()
    violations.require(
      !chosen.texts.isEmpty, "hosts", "must name the hosts that the secret may be sent to")
    try violations.throwIfAny()
    return chosen
  }

  /// Whether the secret may be sent to `host`, which is in lower case.
  func contains(_ host: String) -> Bool {
    texts.contains { $0 == host || ($0.hasPrefix("*.") && host.hasSuffix($0.dropFirst())) }
  }

  /// A name of DNS or an address; for all below a domain, one that nobody would take for a whole registry.
  private static func isHost(_ text: String) -> Bool {
    guard text.utf8.count <= 253 else { return false }
    if !text.hasPrefix("*.") { return IPAddress(text) != nil || isName(text) }
    let domain = text.dropFirst(2)
    // Of an address its last part would be a domain of numbers.
    let hasLetters = domain.split(separator: ".").last?.contains(where: \.isLetter) ?? false
    return domain.contains(".") && hasLetters && isName(domain)
  }

  private static func isName(_ text: some StringProtocol) -> Bool {
    text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
      (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
        && label.utf8.allSatisfy { byte in
          switch byte {
          case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
          default: false
          }
        }
    }
  }
}
