package import RPCCore

/// Who a call comes from: the other end of its connection, or, behind proxies of ours, whom they name.
package struct ClientAddress: Sendable {
  private let proxies: [NetworkBlock]

  /// `proxies` are believed when they say for whom they forward; nobody else is.
  package init(proxies: [NetworkBlock]) { self.proxies = proxies }

  /// Whom a limit by address goes by; nil for a caller on this machine that has no address.
  package func customer(of context: RPCContext) -> NetworkAddress? {
    guard let peer = NetworkAddress(endpoint: context.peer[...]) else { return nil }
    guard isProxy(peer) else { return peer.customer }
    return client(peer, forwarded: context.metadata.values("x-forwarded-for")).customer
  }

  /// The same of a request to a plain route, by its peer and what it says of whom it is forwarded for.
  package func customer(of peer: String, forwarded: [String]) -> NetworkAddress? {
    NetworkAddress(endpoint: peer[...]).map { client($0, forwarded: forwarded).customer }
  }

  /// Whom guesses of passwords are counted by: whom limits go by, but nobody where everybody may be
  /// behind it: this machine, or a proxy of ours that does not say for whom it forwards. Whom a proxy of
  /// ours names is counted, whatever the address: a header frees nobody.
  package func guesser(of context: RPCContext) -> NetworkAddress? {
    guard let peer = NetworkAddress(endpoint: context.peer[...]) else { return nil }
    if let named = named(by: peer, context.metadata.values("x-forwarded-for")) {
      return named.customer
    }
    return peer.isLoopback || isProxy(peer) ? nil : peer.customer
  }

  private func client(_ peer: NetworkAddress, forwarded: [String]) -> NetworkAddress {
    named(by: peer, forwarded) ?? peer
  }

  /// Goes from the nearest hop outwards and stops at the first that is no proxy of ours: what is
  /// further out, anybody may have written. At what is no address, the last one known stands; nil where
  /// that is the peer.
  private func named(by peer: NetworkAddress, _ forwarded: [String]) -> NetworkAddress? {
    var named: NetworkAddress?
    let hops = forwarded.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
    for hop in hops.reversed().prefix(32) {
      let text = hop.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
      guard isProxy(named ?? peer), let next = NetworkAddress(endpoint: text) else { break }
      named = next
    }
    return named
  }

  private func isProxy(_ address: NetworkAddress) -> Bool {
    proxies.contains { $0.contains(address) }
  }
}
