internal import Buffers
internal import HTTP

/// Finds the rule for a request path. Per segment a literal beats `*`, which beats `**`; a rule for
/// the request's method anywhere in that order beats none.
///
/// Literals and verbs are the same when their bytes are: two spellings of `é` are two paths.
///
/// A node sits at one depth, so a search visits each node at most once whatever the path is.
struct PathTrie<Value: Sendable>: Sendable {
  /// What stands at the end of a path: values by verb, then by HTTP method (`*` is any).
  private typealias Ends = [String: [String: Value]]

  private struct Node: Sendable {
    var literals: [String: Int] = [:]
    var one: Int?
    var ends: Ends = [:]
    var restEnds: Ends = [:]
  }

  enum Match {
    case found(Value, segments: [ArraySlice<UInt8>])
    /// The path is known, for these methods only (sorted).
    case otherMethods([String])
    case none
    case badEscape
  }

  /// A path cut at its slashes, before and as keys of `literals` after decoding.
  private struct Path {
    let raw: [ArraySlice<UInt8>]
    let decoded: [String]
  }

  private var nodes = [Node()]
  private var verbs: Set<String> = []
  /// The paths of templates without variables, which beat every other rule.
  private var fixed = ByteIndex()
  /// Their values by HTTP method, of each path at its number.
  private var fixedEnds: [[(method: String, value: Value)]] = []

  /// Adds a value, or answers the one that already takes the same requests.
  mutating func insert(_ value: Value, template: PathTemplate, method: String) -> Value? {
    var at = 0
    var isRest = false
    for segment in template.segments {
      switch segment {
      case .literal(let text): at = child(of: at, literal: Self.key(text.utf8))
      case .one: at = childOne(of: at)
      case .rest: isRest = true
      }
    }
    let ends = isRest ? \Node.restEnds : \Node.ends
    let verb = Self.key((template.verb ?? "").utf8)
    if let other = nodes[at][keyPath: ends][verb]?[method] { return other }
    nodes[at][keyPath: ends][verb, default: [:]][method] = value
    if template.verb != nil { verbs.insert(verb) }
    if let path = template.fixedPath {
      let number = fixed.insert(Array(path.utf8))
      if number == fixedEnds.count { fixedEnds.append([]) }
      fixedEnds[number].append((method, value))
    }
    return nil
  }

  /// The value of a template without variables that is `path` to the byte.
  func find(fixed path: UnsafeRawBufferPointer, method: String) -> Value? {
    guard let number = fixed.find(path) else { return nil }
    for index in fixedEnds[number].indices where fixedEnds[number][index].method == method {
      return fixedEnds[number][index].value
    }
    return nil
  }

  /// Looks up a raw (still percent-encoded) path that begins with a slash.
  func find(path: ArraySlice<UInt8>, method: String) -> Match {
    guard path.first == UInt8(ascii: "/") else { return .none }
    if let value = path.withUnsafeBytes({ find(fixed: $0, method: method) }) {
      return .found(value, segments: [])
    }
    var raw = Self.segments(of: path)
    if let last = raw.last, let colon = last.lastIndex(of: UInt8(ascii: ":")) {
      let verb = Self.key(last[(colon + 1)...])
      if verbs.contains(verb) {
        raw[raw.count - 1] = last[..<colon]
        let match = find(segments: raw, verb: verb, method: method)
        guard case .none = match, colon > last.startIndex else { return match }
        raw[raw.count - 1] = last
      }
    }
    return find(segments: raw, verb: "", method: method)
  }

  /// What stands between the slashes, the first of which begins the path.
  private static func segments(of path: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var segments: [ArraySlice<UInt8>] = []
    segments.reserveCapacity(8)
    var start = path.startIndex + 1
    for index in start..<path.endIndex where path[index] == UInt8(ascii: "/") {
      segments.append(path[start..<index])
      start = index + 1
    }
    segments.append(path[start...])
    return segments
  }

  private func find(segments: [ArraySlice<UInt8>], verb: String, method: String) -> Match {
    var decoded: [String] = []
    decoded.reserveCapacity(segments.count)
    for segment in segments {
      guard segment.contains(UInt8(ascii: "%")) else {
        decoded.append(Self.key(segment))
        continue
      }
      guard let bytes = PercentCoding.decode(segment) else { return .badEscape }
      decoded.append(Self.key(bytes))
    }
    var others: Set<String> = []
    let path = Path(raw: segments, decoded: decoded)
    if let value = search(node: 0, depth: 0, path, verb, method, &others) {
      return .found(value, segments: segments)
    }
    return others.isEmpty ? .none : .otherMethods(others.sorted())
  }

  /// Text that is equal for equal bytes only, which their UTF-8 is not: strings compare by canonical
  /// equivalence, and what is not UTF-8 is replaced.
  private static func key(_ bytes: some Collection<UInt8>) -> String {
    if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
    return String(String.UnicodeScalarView(bytes.lazy.map { Unicode.Scalar($0) }))
  }

  private func search(
    node index: Int, depth: Int, _ path: Path, _ verb: String, _ method: String,
    _ others: inout Set<String>
  ) -> Value? {
    let node = nodes[index]
    if depth == path.raw.count {
      if let value = pick(node.ends[verb], method, &others) { return value }
    } else if !path.raw[depth].isEmpty {
      let next = [node.literals[path.decoded[depth]], node.one]
      for case let child? in next {
        let value = search(node: child, depth: depth + 1, path, verb, method, &others)
        if let value { return value }
      }
    }
    guard !path.raw[depth...].contains(where: \.isEmpty) else { return nil }
    return pick(node.restEnds[verb], method, &others)
  }

  private func pick(
    _ ends: [String: Value]?, _ method: String, _ others: inout Set<String>
  ) -> Value? {
    guard let ends else { return nil }
    if let value = ends[method] ?? ends["*"] { return value }
    if method == "HEAD", let value = ends["GET"] { return value }
    others.formUnion(ends.keys)
    if ends["GET"] != nil { others.insert("HEAD") }
    return nil
  }

  private mutating func child(of node: Int, literal: String) -> Int {
    if let child = nodes[node].literals[literal] { return child }
    nodes.append(Node())
    nodes[node].literals[literal] = nodes.count - 1
    return nodes.count - 1
  }

  private mutating func childOne(of node: Int) -> Int {
    if let child = nodes[node].one { return child }
    nodes.append(Node())
    nodes[node].one = nodes.count - 1
    return nodes.count - 1
  }
}
