internal import CLibpq

/// What a PostgreSQL URL says, as libpq reads it. libpq's own complaint about one that it cannot
/// read quotes it, and with it a password, so it is never asked for its words.
package enum PostgresURL {
  private static let schemes = ["postgresql://", "postgres://"]

  /// Whether it starts as a URL and libpq can read it.
  package static func isValid(_ text: String) -> Bool {
    guard schemes.contains(where: text.hasPrefix), let values = values(of: text) else {
      return false
    }
    // A password ends at a slash or @ that is not encoded, and what is left of it would be taken
    // for a port or a host, which libpq prints when it fails.
    let ports = values["port"] ?? ""
    let hosts = (values["host"] ?? "").split(separator: ",")
    return ports.utf8.allSatisfy { $0 == UInt8(ascii: ",") || (48...57).contains($0) }
      && hosts.allSatisfy { !$0.dropFirst().contains("@") }
  }

  /// The URL without its password, fit to be printed; empty for what is no URL.
  package static func withoutPassword(_ url: String) -> String {
    guard let scheme = schemes.first(where: url.hasPrefix) else { return "" }
    var rest = url.dropFirst(scheme.count)
    var user = ""
    if let end = rest.firstIndex(where: { $0 == "@" || $0 == "/" }), rest[end] == "@" {
      user = "\(rest[..<end].prefix { $0 != ":" })@"
      rest = rest[rest.index(after: end)...]
    }
    let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return "\(scheme)\(user)\(rest)" }
    let kept = parts[1].split(separator: "&").filter(isPublic)
    let query = kept.isEmpty ? "" : "?\(kept.joined(separator: "&"))"
    return "\(scheme)\(user)\(parts[0])\(query)"
  }

  /// An encoded name may be a password's.
  private static func isPublic(_ parameter: Substring) -> Bool {
    let name = parameter.prefix { $0 != "=" }
    return name != "password" && name != "sslpassword" && !name.contains("%")
  }

  /// What a URL or keyword string sets, by libpq's names; nil when libpq cannot read it.
  static func values(of text: String) -> [String: String]? {
    guard let options = unsafe PQconninfoParse(text, nil) else { return nil }
    defer { unsafe PQconninfoFree(options) }
    var values: [String: String] = [:]
    var option = unsafe options
    while let keyword = unsafe option.pointee.keyword {
      if let value = unsafe option.pointee.val {
        values[unsafe String(cString: keyword)] = unsafe String(cString: value)
      }
      unsafe option += 1
    }
    return values
  }
}
