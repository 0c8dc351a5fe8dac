/// Pages that have no text and were not read, and why. Pure.
struct UnreadPages: Sendable, Equatable {
  enum Reason: Sendable, Equatable {
    /// The programs that read scans, or a language of theirs, are not here.
    case unavailable
    /// This many were read before.
    case tooMany(Int)
    /// Reading took this long.
    case late(Duration)
    /// The words are guesses.
    case unclear
    /// No picture could be made of it, or none that can be read.
    case damaged
  }

  /// Pages that one notice names at most, as stretches.
  private static let stretchLimit = 8
  private static let noticeLimit = 450

  private var groups: [(reason: Reason, pages: [Int])] = []

  static func == (one: UnreadPages, other: UnreadPages) -> Bool {
    one.groups.elementsEqual(other.groups) { $0.reason == $1.reason && $0.pages == $1.pages }
  }

  /// Whether scans cannot be read here.
  var isUnavailable: Bool { groups.contains { $0.reason == .unavailable } }

  mutating func add(_ pages: some Sequence<Int>, _ reason: Reason) {
    if let place = groups.firstIndex(where: { $0.reason == reason }) {
      groups[place].pages += pages
    } else {
      groups.append((reason, Array(pages)))
    }
  }

  /// For whoever uploaded the document, of at most 450 characters; empty when there are none.
  var notice: String {
    let whole = groups.map { "\(Self.name($0.pages)) \(Self.text($0.reason))" }
      .joined(separator: "; ")
    return whole.count <= Self.noticeLimit ? whole : whole.prefix(Self.noticeLimit - 1) + "…"
  }

  private static func text(_ reason: Reason) -> String {
    switch reason {
    case .unavailable: "not read: only images, and scans cannot be read on this server"
    case .tooMany(let limit): "not read: of a document's scanned pages the first \(limit) are"
    case .late(let time): "not read: scanned, and took longer than \(time.components.seconds) s"
    case .unclear: "not read: the scan is not clear enough"
    case .damaged: "not read: the image is damaged"
    }
  }

  /// `page 3`, `pages 3, 7 to 9`.
  private static func name(_ pages: [Int]) -> String {
    var stretches: [ClosedRange<Int>] = []
    for page in pages.sorted() {
      if let last = stretches.last, page <= last.upperBound + 1 {
        stretches[stretches.count - 1] = last.lowerBound...max(page, last.upperBound)
      } else {
        stretches.append(page...page)
      }
    }
    let named = stretches.prefix(stretchLimit).map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)"
    }
    let rest = stretches.count > stretchLimit ? " and others" : ""
    return (pages.count == 1 ? "page " : "pages ") + named.joined(separator: ", ") + rest
  }
}
