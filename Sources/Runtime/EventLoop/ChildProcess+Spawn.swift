internal import CUV
internal import Glibc

/// The pipes between this process and a child that is about to start.
struct ChildPipes {
  /// What the child gets as 0, 1 and 2; nil for /dev/null.
  private(set) var descriptors: [CInt?] = []
  /// The parent's end of the child's standard input.
  private(set) var input: TCPStream?
  /// The parent's ends of its output and errors.
  let outputs = ChildOutputs()
  private var childEnds: [CInt] = []
  private let loop: EventLoop

  init(_ loop: EventLoop, _ options: ChildProcess.Options) throws(EventLoopError) {
    self.loop = loop
    do {
      try addInput(options.input)
      try addOutput(options.output, 1)
      try addOutput(options.errors, 2)
    } catch {
      closeOwnEnds()
      closeChildEnds()
      throw error
    }
  }

  private mutating func addInput(_ input: ChildProcess.Input) throws(EventLoopError) {
    switch input {
    case .null: descriptors.append(nil)
    case .inherit: descriptors.append(0)
    case .pipe: self.input = try addPipe()
    }
  }

  private mutating func addOutput(
    _ output: ChildProcess.Output, _ number: CInt
  ) throws(EventLoopError) {
    switch output {
    case .null: descriptors.append(nil)
    case .inherit: descriptors.append(number)
    case .read(let callback):
      let stream = try addPipe()
      unsafe stream.onRead = unsafe callback
      outputs.add(stream)
    }
  }

  private mutating func addPipe() throws(EventLoopError) -> TCPStream {
    var ends: [CInt] = [0, 0]
    let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else {
      throw EventLoopError(errno: errno, "making a pipe")
    }
    childEnds.append(ends[1])
    descriptors.append(ends[1])
    do {
      return try TCPStream(loop: loop, adopting: ends[0])
    } catch {
      Glibc.close(ends[0])
      throw error
    }
  }

  func startReading() {
    outputs.start()
    input?.start()
  }

  func closeOwnEnds() {
    outputs.close()
    input?.close()
  }

  mutating func closeChildEnds() {
    for fd in childEnds { Glibc.close(fd) }
    childEnds = []
  }
}

/// What is read of a child, until the last pipe is at its end. Loop-confined.
final class ChildOutputs {
  private var streams: [TCPStream] = []
  private var waiters: [CheckedContinuation<Void, Never>] = []

  func add(_ stream: TCPStream) {
    streams.append(stream)
    // Holds this until the stream is closed: a grandchild's output may outlive the child's owner.
    stream.onEnd = { [self, unowned stream] _ in
      stream.close()
      endIfClosed()
    }
  }

  func start() {
    for stream in streams { stream.start() }
  }

  func close() {
    for stream in streams { stream.close() }
    endIfClosed()
  }

  func waitForEnd() async {
    if streams.allSatisfy(\.isClosed) { return }
    await withCheckedContinuation { waiters.append($0) }
  }

  private func endIfClosed() {
    guard streams.allSatisfy(\.isClosed) else { return }
    for waiter in waiters { waiter.resume() }
    waiters = []
  }
}

/// The C structures of one `uv_spawn`, kept alive for the call.
struct SpawnCall {
  private let options: ChildProcess.Options

  init(_ options: ChildProcess.Options) { self.options = options }

  func run(
    _ loop: UnsafeMutablePointer<uv_loop_t>, _ process: UnsafeMutablePointer<uv_process_t>,
    _ descriptors: [CInt?]
  ) -> CInt {
    var containers = unsafe descriptors.map { fd in
      var container = unsafe uv_stdio_container_t()
      unsafe container.flags = fd == nil ? UV_IGNORE : UV_INHERIT_FD
      unsafe container.data.fd = fd ?? -1
      return unsafe container
    }
    let arguments = CStrings([options.executable] + options.arguments)
    let environment = options.environment.map { CStrings($0.map { "\($0.key)=\($0.value)" }) }
    let file = CStrings([options.executable])
    let directory = options.workingDirectory.map { CStrings([$0]) }
    defer {
      for strings in [arguments, environment, file, directory] { strings?.free() }
    }
    return unsafe containers.withUnsafeMutableBufferPointer { stdio in
      var raw = unsafe uv_process_options_t()
      unsafe raw.exit_cb = unsafe childDidExit
      unsafe raw.file = unsafe UnsafePointer(file.pointers[0])
      unsafe raw.args = unsafe arguments.pointers.baseAddress
      unsafe raw.env = unsafe environment?.pointers.baseAddress
      unsafe raw.cwd = unsafe directory.map { unsafe UnsafePointer($0.pointers[0]!) }
      unsafe raw.stdio = stdio.baseAddress
      unsafe raw.stdio_count = CInt(stdio.count)
      unsafe setUser(&raw)
      if options.isDetached { unsafe raw.flags |= UV_PROCESS_DETACHED.rawValue }
      return unsafe uv_spawn(loop, process, &raw)
    }
  }

  private func setUser(_ raw: inout uv_process_options_t) {
    if let uid = options.uid {
      unsafe raw.uid = uid
      unsafe raw.flags |= UV_PROCESS_SETUID.rawValue
    }
    if let gid = options.gid {
      unsafe raw.gid = gid
      unsafe raw.flags |= UV_PROCESS_SETGID.rawValue
    }
  }
}

/// A NULL-terminated array of C strings, freed by hand.
@safe private struct CStrings {
  let pointers: UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>

  init(_ strings: [String]) {
    unsafe pointers = .allocate(capacity: strings.count + 1)
    for (place, string) in strings.enumerated() { unsafe pointers[place] = unsafe strdup(string) }
    unsafe pointers[strings.count] = nil
  }

  func free() {
    unsafe pointers.forEach { unsafe Glibc.free($0) }
    unsafe pointers.deallocate()
  }
}
