// A whole-module build takes sockaddr_in from whichever of these it reads first.
internal import CResolv
internal import CUV
internal import Glibc

/// Where a socket listens or connects: a host and port, or the path of a unix socket.
public struct SocketAddress: Sendable, Hashable, CustomStringConvertible {
  /// The two families of address.
  public enum Form: Sendable, Hashable {
    /// A numeric IPv4 or IPv6 host, without brackets, or "localhost"; port 0 lets the system choose.
    case internet(host: String, port: Int)
    /// A path in the file system.
    case unix(path: String)
  }

  /// What kind of address this is.
  public let form: Form

  /// An internet address. The host is looked at when the address is used.
  public init(host: String, port: Int) { form = .internet(host: host, port: port) }

  /// A unix socket.
  public init(unixPath path: String) { form = .unix(path: path) }

  /// Reads "host:port", "[v6]:port", ":port" (every interface) or "unix:/path"; nil for other text.
  public init?(_ text: String) {
    if text.hasPrefix("unix:") {
      self.init(unixPath: String(text.dropFirst(5)))
      return
    }
    guard let colon = text.lastIndex(of: ":"),
      let port = UInt16(text[text.index(after: colon)...])
    else { return nil }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
    } else if host.contains(":") {
      return nil
    }
    self.init(host: host.isEmpty ? "0.0.0.0" : host, port: Int(port))
  }

  /// The host, nil for a unix socket.
  public var host: String? {
    if case .internet(let host, _) = form { host } else { nil }
  }

  /// The port, nil for a unix socket.
  // Inlined into a loop over addresses it ends Swift 6.3.1's optimizer ("Found ownership error").
  @inline(never) public var port: Int? {
    if case .internet(_, let port) = form { port } else { nil }
  }

  /// Whether it can be used without asking a resolver: a number, "localhost" or a unix path.
  public var isNumeric: Bool {
    switch form {
    case .internet(let host, let port): RawAddress(numeric: host, port: port) != nil
    case .unix: true
    }
  }

  /// "host:port", with brackets around an IPv6 host, or "unix:/path".
  public var description: String {
    switch form {
    case .internet(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): "unix:\(path)"
    }
  }
}

/// An address as the kernel takes it.
struct RawAddress {
  private var storage = sockaddr_storage()
  private(set) var length: socklen_t = 0

  var family: CInt { CInt(storage.ss_family) }

  /// Copies an address that libuv or the kernel filled in.
  init(copying address: UnsafePointer<sockaddr>, length: Int) {
    unsafe withUnsafeMutableBytes(of: &storage) {
      unsafe $0.copyMemory(
        from: UnsafeRawBufferPointer(start: address, count: min(length, $0.count)))
    }
    self.length = socklen_t(length)
  }

  /// Fills itself by `fill`, which gets the memory and its length.
  init(fill: (UnsafeMutablePointer<sockaddr>, inout CInt) -> Void) {
    var length = CInt(MemoryLayout<sockaddr_storage>.size)
    unsafe withUnsafeMutableBytes(of: &storage) {
      unsafe fill($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length)
    }
    self.length = socklen_t(length)
  }

  /// The address of a numeric host; nil when `host` is a name.
  init?(numeric host: String, port: Int) {
    guard let number = UInt16(exactly: port) else { return nil }
    let host = host == "localhost" ? "127.0.0.1" : host
    var v4 = sockaddr_in()
    var v6 = sockaddr_in6()
    if unsafe uv_ip4_addr(host, CInt(number), &v4) == 0 {
      self.init(value: v4)
    } else if unsafe uv_ip6_addr(host, CInt(number), &v6) == 0 {
      self.init(value: v6)
    } else {
      return nil
    }
  }

  /// The address of a unix socket; nil when the path is longer than the kernel takes (107 bytes).
  init?(unixPath path: String) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    self.init(value: address)
  }

  private init<Address>(value: Address) {
    unsafe withUnsafeMutableBytes(of: &storage) {
      unsafe $0.baseAddress!.assumingMemoryBound(to: Address.self).initialize(to: value)
    }
    length = socklen_t(MemoryLayout<Address>.size)
  }

  func withPointer<R>(_ body: (UnsafePointer<sockaddr>) -> R) -> R {
    unsafe withUnsafeBytes(of: storage) {
      unsafe body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self))
    }
  }

  /// The address as a value; the peer of an unnamed unix socket has an empty path.
  var address: SocketAddress {
    unsafe withUnsafeBytes(of: storage) { raw in
      switch family {
      case AF_INET:
        let v4 = unsafe raw.load(as: sockaddr_in.self)
        return SocketAddress(host: numericHost, port: Int(UInt16(bigEndian: v4.sin_port)))
      case AF_INET6:
        let v6 = unsafe raw.load(as: sockaddr_in6.self)
        return SocketAddress(host: numericHost, port: Int(UInt16(bigEndian: v6.sin6_port)))
      default:
        let start = MemoryLayout<sockaddr_un>.offset(of: \.sun_path)!
        let path = unsafe raw[start..<max(start, min(Int(length), raw.count))].prefix { $0 != 0 }
        return unsafe SocketAddress(unixPath: String(decoding: path, as: UTF8.self))
      }
    }
  }

  private var numericHost: String {
    var text = [CChar](repeating: 0, count: 64)
    unsafe withPointer { _ = unsafe uv_ip_name($0, &text, text.count) }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
