/// The order in which the entries of an audit log are listed.
enum AuditOrder: String {
  case oldestFirst = "index"
  case newestFirst = "index desc"

  /// Reads `order_by` (AIP-132); empty is the oldest first. `nil` when it is no order of theirs.
  init?(_ text: String) {
    switch text.split(separator: " ") {
    case [], ["index"], ["index", "asc"]: self = .oldestFirst
    case ["index", "desc"]: self = .newestFirst
    default: return nil
    }
  }

  /// What is left of a range of positions behind one of them; all of it behind none.
  func rest(of range: Range<Int64>, behind position: Int64?) -> Range<Int64> {
    guard let position, range.contains(position) else { return range }
    return switch self {
    case .oldestFirst: (position + 1)..<range.upperBound
    case .newestFirst: range.lowerBound..<position
    }
  }
}
