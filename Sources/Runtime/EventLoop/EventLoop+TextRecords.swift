internal import CResolv
internal import Glibc

extension EventLoop {
  /// The TXT records of a name, each with its strings put together, as the system's resolver finds
  /// them; none when the name has none, or nobody can tell. `server`, an IPv4 address, is asked in place
  /// of those of the system. On libuv's thread pool, for ten seconds at most.
  public func textRecords(
    of name: String, server: SocketAddress? = nil
  ) async throws -> [[UInt8]] {
    try await blocking { TextLookup.records(of: name, server: server) }
  }
}

/// The system's stub resolver, asked for TXT records.
private enum TextLookup {
  private static let largestAnswer = 65_535
  /// Seconds before the next try, and tries.
  private static let patience: (CInt, CInt) = (2, 2)
  private static let internet = CInt(ns_c_in.rawValue)
  private static let text = CInt(ns_t_txt.rawValue)

  static func records(of name: String, server: SocketAddress?) -> [[UInt8]] {
    let state = res_state.allocate(capacity: 1)
    unsafe memset(state, 0, MemoryLayout<res_state.Pointee>.size)
    defer { unsafe state.deallocate() }
    guard unsafe __res_ninit(state) == 0 else { return [] }
    defer { unsafe __res_nclose(state) }
    unsafe (state.pointee.retrans, state.pointee.retry) = patience
    if let server, unsafe !ask(server, state) { return [] }
    var answer = [UInt8](repeating: 0, count: largestAnswer)
    let size = unsafe res_nquery(state, name, internet, text, &answer, CInt(answer.count))
    guard size > 0 else { return [] }
    return texts(in: answer, size)
  }

  private static func ask(_ server: SocketAddress, _ state: res_state) -> Bool {
    guard let host = server.host, let port = server.port else { return false }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    guard unsafe inet_pton(AF_INET, host, &address.sin_addr) == 1 else { return false }
    unsafe state.pointee.nsaddr_list.0 = address
    unsafe state.pointee.nscount = 1
    return true
  }

  private static func texts(in answer: [UInt8], _ size: CInt) -> [[UInt8]] {
    unsafe answer.withUnsafeBufferPointer { bytes in
      var message = unsafe ns_msg()
      guard unsafe ns_initparse(bytes.baseAddress, size, &message) == 0 else { return [] }
      var found: [[UInt8]] = []
      for index in 0..<CInt(unsafe message._counts.1) {
        var record = unsafe ns_rr()
        guard unsafe ns_parserr(&message, ns_s_an, index, &record) == 0 else { break }
        guard unsafe CInt(record.type) == text, let data = unsafe record.rdata else { continue }
        let strings = unsafe UnsafeBufferPointer(start: data, count: Int(record.rdlength))
        unsafe found.append(joined(strings))
      }
      return found
    }
  }

  /// A record's data: strings of at most 255 bytes, each behind its length.
  private static func joined(_ data: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    var offset = 0
    while offset < data.count {
      let end = unsafe min(offset + 1 + Int(data[offset]), data.count)
      unsafe output.append(contentsOf: data[(offset + 1)..<end])
      offset = end
    }
    return output
  }
}
