/// What an entry is called: an area, whose it is, and its own name.
///
/// The owner is part of the name, so one merchant's entry can never be found under another's.
package struct CacheKey: Sendable, Hashable {
  /// The kind of entry and the version of its form, `agent.1`. A constant of ours, without slashes.
  package let area: String
  /// The merchant's id; empty for what is looked up before it is known who asks.
  package let owner: String
  /// The name below the owner.
  package let name: String
  private let digest: Int

  /// An area or owner with a slash is our bug; a name may hold anything.
  package init(area: String, owner: String = "", name: String) {
    precondition(
      !Self.hasSlash(area) && !Self.hasSlash(owner),
      "our bug: a slash in a cache key's area or owner")
    self.area = area
    self.owner = owner
    self.name = name
    // Not the area: the keys of a store have few.
    var hasher = Hasher()
    hasher.combine(owner)
    hasher.combine(name)
    digest = hasher.finalize()
  }

  /// Reads ``text``; nil for what is none.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, !parts[0].isEmpty else { return nil }
    self.init(area: String(parts[0]), owner: String(parts[1]), name: String(parts[2]))
  }

  private static func hasSlash(_ text: String) -> Bool {
    text.utf8.withContiguousStorageIfAvailable { $0.contains(UInt8(ascii: "/")) }
      ?? text.utf8.contains(UInt8(ascii: "/"))
  }

  /// `area/owner/name`, as notifications and Redis carry it.
  package var text: String { "\(area)/\(owner)/\(name)" }

  package func hash(into hasher: inout Hasher) { hasher.combine(digest) }

  package static func == (left: CacheKey, right: CacheKey) -> Bool {
    left.digest == right.digest && left.name == right.name && left.owner == right.owner
      && left.area == right.area
  }
}
