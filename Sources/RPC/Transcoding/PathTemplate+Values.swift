internal import HTTP

extension PathTemplate {
  /// The one path it matches, verb included; nil when it has variables or wildcards, or literals
  /// that a request may also spell with escapes.
  var fixedPath: String? {
    var path = ""
    for segment in segments {
      guard case .literal(let text) = segment, text.utf8.allSatisfy(Self.isUnreserved) else {
        return nil
      }
      path += "/" + text
    }
    return path + (verb.map { ":" + $0 } ?? "")
  }

  /// RFC 3986, 2.3.
  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: false
    }
  }

  /// What the variables hold, in their order, in a path this template matched; nil when a value is not
  /// UTF-8 without NUL. `segments` are the raw ones, without the verb; not looked at without variables.
  func values(in segments: [ArraySlice<UInt8>]) -> [String]? {
    var values: [String] = []
    values.reserveCapacity(variables.count)
    for variable in variables {
      let own = segments[variable.start..<(variable.end ?? segments.count)]
      guard let bytes = Self.value(of: own, variable), !bytes.contains(0) else { return nil }
      do {
        values.append(String(copying: try UTF8Span(validating: bytes.span)))
      } catch { return nil }
    }
    return values
  }

  private static func value(
    of segments: ArraySlice<ArraySlice<UInt8>>, _ variable: Variable
  ) -> [UInt8]? {
    if !variable.isMultiSegment, let only = segments.first { return PercentCoding.decode(only) }
    let parts = segments.compactMap { decodeExceptSlash($0) }
    return parts.count == segments.count
      ? Array(parts.joined(separator: [UInt8(ascii: "/")])) : nil
  }

  /// Decodes all but `%2F`: a client keeps `/` between segments and escapes one inside a segment,
  /// so decoding it would make two different names equal.
  private static func decodeExceptSlash(_ raw: ArraySlice<UInt8>) -> [UInt8]? {
    var out: [UInt8] = []
    var rest = raw
    while let escape = firstSlashEscape(in: rest) {
      guard let decoded = PercentCoding.decode(rest[..<escape]) else { return nil }
      out.append(contentsOf: decoded)
      out.append(contentsOf: rest[escape..<escape + 3])
      rest = rest[(escape + 3)...]
    }
    guard let decoded = PercentCoding.decode(rest) else { return nil }
    return out + decoded
  }

  private static func firstSlashEscape(in raw: ArraySlice<UInt8>) -> Int? {
    guard raw.count >= 3 else { return nil }
    return (raw.startIndex...raw.endIndex - 3).first { index in
      raw[index] == UInt8(ascii: "%") && raw[index + 1] == UInt8(ascii: "2")
        && raw[index + 2] | 0x20 == UInt8(ascii: "f")
    }
  }
}
