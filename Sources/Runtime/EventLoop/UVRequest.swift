internal import CUV
internal import Glibc

/// One piece of work on libuv's thread pool. The loop outlives it.
final class BlockingWork: Sendable {
  private let body: @Sendable (_ run: Bool) -> Void

  /// `body(true)` does the work on a pool thread; `body(false)` says that it will never be done.
  init(_ body: @escaping @Sendable (_ run: Bool) -> Void) { self.body = body }

  /// Queues it; on the loop's thread.
  func submit(to core: LoopCore) {
    guard !core.isStopping else { return body(false) }
    let request = unsafe core.allocateHandle(uv_work_t.self)
    unsafe request.pointee.data = unsafe Unmanaged.passRetained(self).toOpaque()
    let status = unsafe uv_queue_work(core.uv, request, runBlockingWork, blockingWorkDidEnd)
    precondition(status == 0, "our bug: uv_queue_work without a work function")
    core.requests += 1
  }

  fileprivate func run() { body(true) }
}

private func runBlockingWork(_ request: UnsafeMutablePointer<uv_work_t>?) {
  unsafe Unmanaged<BlockingWork>.fromOpaque(request!.pointee.data).takeUnretainedValue().run()
}

private func blockingWorkDidEnd(_ request: UnsafeMutablePointer<uv_work_t>?, _ status: CInt) {
  unsafe LoopCore.of(request!.pointee.loop).requests -= 1
  unsafe Unmanaged<BlockingWork>.fromOpaque(request!.pointee.data).release()
  unsafe free(request)
}

/// One name being resolved on libuv's thread pool. The loop outlives it.
final class NameLookup {
  private let done: (Result<[RawAddress], EventLoopError>) -> Void
  private let host: String

  private init(_ host: String, _ done: @escaping (Result<[RawAddress], EventLoopError>) -> Void) {
    self.host = host
    self.done = done
  }

  /// Resolves `host` for stream sockets and answers on the loop's thread. Cannot be cancelled.
  static func start(
    _ core: LoopCore, host: String, port: Int,
    done: @escaping (Result<[RawAddress], EventLoopError>) -> Void
  ) {
    let request = unsafe core.allocateHandle(uv_getaddrinfo_t.self)
    let lookup = unsafe Unmanaged.passRetained(NameLookup(host, done))
    unsafe request.pointee.data = unsafe lookup.toOpaque()
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV
    let status = unsafe uv_getaddrinfo(
      core.uv, request, nameLookupDidEnd, host, String(port), &hints)
    guard status == 0 else {
      unsafe lookup.release()
      unsafe free(request)
      return done(.failure(EventLoopError(status: status, "resolving \(host)")))
    }
    core.requests += 1
  }

  fileprivate func finish(_ status: CInt, _ list: UnsafeMutablePointer<addrinfo>?) {
    guard status == 0 else {
      return done(.failure(EventLoopError(status: status, "resolving \(host)")))
    }
    var found: [RawAddress] = []
    var next = unsafe list
    while let entry = unsafe next {
      if let address = unsafe entry.pointee.ai_addr {
        unsafe found.append(RawAddress(copying: address, length: Int(entry.pointee.ai_addrlen)))
      }
      unsafe next = unsafe entry.pointee.ai_next
    }
    done(.success(found))
  }
}

private func nameLookupDidEnd(
  _ request: UnsafeMutablePointer<uv_getaddrinfo_t>?, _ status: CInt,
  _ list: UnsafeMutablePointer<addrinfo>?
) {
  unsafe LoopCore.of(request!.pointee.loop).requests -= 1
  let lookup = unsafe Unmanaged<NameLookup>.fromOpaque(request!.pointee.data).takeRetainedValue()
  unsafe lookup.finish(status, list)
  unsafe uv_freeaddrinfo(list)
  unsafe free(request)
}

extension RawAddress {
  /// The address of a number in any spelling that the system's resolver knows, `127.1` as well; nil
  /// when `host` is a name. Nobody is asked, so it does not block.
  init?(anySpelling host: String, port: Int) {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    guard unsafe getaddrinfo(host, String(port), &hints, &list) == 0 else { return nil }
    defer { unsafe freeaddrinfo(list) }
    guard let entry = unsafe list?.pointee, let address = unsafe entry.ai_addr else { return nil }
    unsafe self.init(copying: address, length: Int(entry.ai_addrlen))
  }
}
