internal import HTTP

/// Values found by path template: literal segments, `{name}`, and `{name=**}` at the end.
struct RouteTable<Value: Sendable>: Sendable {
  private struct Entry: Sendable {
    let template: String
    let segments: [String]
    /// What every path of the route begins with: the slash and, if it is literal, the first segment.
    let head: String
    var value: Value

    /// Whether a target can be of this route, by its first bytes. The root's head is that of all.
    func mayMatch(_ target: String.UTF8View) -> Bool {
      guard head != "/" || segments != [""] else {
        return target.first == UInt8(ascii: "/")
          && target.dropFirst().first.map { $0 == UInt8(ascii: "?") } ?? true
      }
      return target.starts(with: head.utf8)
    }
  }

  // A handful of routes: walking them all is cheaper than it looks, and hard to get wrong.
  private var entries: [Entry] = []

  var isEmpty: Bool { entries.isEmpty }

  /// Puts what `change` makes of the value under `template` in its place.
  mutating func update(_ template: String, _ change: (Value?) -> Value) {
    precondition(template.hasPrefix("/"), "our bug: route \(template) does not begin with /")
    if let index = entries.firstIndex(where: { $0.template == template }) {
      entries[index].value = change(entries[index].value)
    } else {
      let segments = template.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
      let first = segments.first.flatMap { $0.hasPrefix("{") ? nil : $0 } ?? ""
      entries.append(
        Entry(
          template: template, segments: segments.map(String.init), head: "/" + first,
          value: change(nil)))
    }
  }

  /// The value for the raw path of `request` and what its parameters matched; `nil` when none matches.
  func find(_ request: HTTPRequestHead) -> (value: Value, parameters: [String: String])? {
    // Most paths belong to no route here, and are seen not to by their first bytes.
    let target = request.target.utf8
    guard entries.contains(where: { $0.mayMatch(target) }) else { return nil }
    let segments = request.path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    var best: (score: [Int], value: Value, parameters: [String: String])?
    for entry in entries {
      guard let match = match(entry.segments, segments) else { continue }
      if let best, !best.score.lexicographicallyPrecedes(match.score) { continue }
      best = (match.score, entry.value, match.parameters)
    }
    return best.map { ($0.value, $0.parameters) }
  }

  /// The score orders matches: literal over parameter over rest, from the left.
  private func match(
    _ template: [String], _ path: [Substring]
  ) -> (score: [Int], parameters: [String: String])? {
    var score: [Int] = []
    var parameters: [String: String] = [:]
    for (index, segment) in template.enumerated() {
      if segment.hasPrefix("{"), segment.hasSuffix("=**}") {
        let rest = path.dropFirst(index).joined(separator: "/")
        guard let decoded = PercentCoding.decodeText(rest) else { return nil }
        parameters[String(segment.dropFirst().dropLast(4))] = decoded
        return (score + [0], parameters)
      }
      guard index < path.count else { return nil }
      if segment.hasPrefix("{"), segment.hasSuffix("}") {
        guard !path[index].isEmpty, let decoded = PercentCoding.decodeText(path[index]) else {
          return nil
        }
        parameters[String(segment.dropFirst().dropLast())] = decoded
        score.append(1)
      } else {
        guard segment == path[index] else { return nil }
        score.append(2)
      }
    }
    return path.count == template.count ? (score, parameters) : nil
  }
}
