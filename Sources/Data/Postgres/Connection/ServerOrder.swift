/// The servers that a URL names, and which of them to ask first.
///
/// libpq asks them in turn at each attempt to connect, and passes by those that refuse. But without
/// blocking it has no time-out for one of them: a server that is silent, whose machine is gone, keeps
/// those behind it from being asked. So after a failed attempt the next one begins with the next
/// server, and once one was good all begin with it.
struct ServerOrder: Sendable, Equatable {
  private let hosts: [String]
  private let addresses: [String]
  private let ports: [String]
  private let count: Int
  /// The server that is asked first, by its place in the URL.
  private(set) var first = 0

  /// What libpq cannot read is left to its own complaint.
  init(url: String) {
    let values = PostgresURL.values(of: url) ?? [:]
    func list(_ name: String) -> [String] {
      values[name].map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
        ?? []
    }
    hosts = list("host")
    addresses = list("hostaddr")
    ports = list("port")
    count = max(hosts.count, addresses.count)
  }

  /// libpq keywords that go before those of the URL; none while the URL's own order is right.
  var parameters: [(name: String, value: String)] {
    guard first > 0 else { return [] }
    return [("host", hosts), ("hostaddr", addresses), ("port", ports)].compactMap { name, list in
      // One port is that of every server.
      guard list.count == count else { return nil }
      return (name, (list[first...] + list[..<first]).joined(separator: ","))
    }
  }

  /// An attempt that began with `server` failed. Several may at a time, and count as one.
  mutating func failed(startingWith server: Int) {
    if count > 1, server == first { first = (first + 1) % count }
  }
}
