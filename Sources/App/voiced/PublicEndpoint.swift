internal import EventLoop
internal import Synchronization

/// The address under which others reach this server: as set, or where it turned out to listen.
final class PublicEndpoint: Sendable {
  private let current: Mutex<String>
  private let isFixed: Bool

  init(_ url: String?) {
    var text = url ?? ""
    while text.hasSuffix("/") { text.removeLast() }
    isFixed = !text.isEmpty
    current = Mutex(text)
  }

  /// Notes where the server listens, once it does.
  func listens(on address: SocketAddress, isCleartext: Bool) {
    guard !isFixed else { return }
    let scheme = isCleartext ? "http" : "https"
    current.withLock { $0 = "\(scheme)://\(address)" }
  }

  /// `https://host:port`, without a slash at its end.
  var url: String { current.withLock { $0 } }

  /// The same for WebSockets.
  var webSocketURL: String {
    let url = url
    return url.hasPrefix("https://")
      ? "wss://" + url.dropFirst(8) : "ws://" + url.dropFirst(7)
  }
}
