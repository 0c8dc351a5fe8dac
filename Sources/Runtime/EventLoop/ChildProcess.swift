internal import CUV
internal import Glibc

/// A program this process started. Loop-confined, but for `pid`.
///
/// Kept alive by its loop until the program has ended and `onExit` was called. A loop that stops
/// forgets its children without ending them: `kill` them first.
@safe public final class ChildProcess: LoopResident {
  /// How a child process ended.
  public enum ExitStatus: Sendable, Hashable {
    /// It returned a code; 0 means success.
    case exited(Int)
    /// A signal ended it.
    case signalled(Int)
  }

  /// What a child's standard input is.
  public enum Input: Sendable {
    case null, inherit
    /// Written to through `input`.
    case pipe
  }

  /// Where a child's standard output or error goes.
  @safe public enum Output {
    case null, inherit
    /// To a callback on the loop, as it comes.
    case read((UnsafeRawBufferPointer) -> Void)
  }

  /// What to start, and how.
  public struct Options {
    /// The path of the program; looked for in PATH when it has no slash.
    public var executable: String
    /// The arguments after the program's name.
    public var arguments: [String] = []
    /// The whole environment; the parent's when nil.
    public var environment: [String: String]?
    /// The working directory; the parent's when nil.
    public var workingDirectory: String?
    /// The user to become, for which this process must be root.
    public var uid: UInt32?
    /// The group to become, for which this process must be root.
    public var gid: UInt32?
    /// Whether the child leads a session of its own, which no signal to this process's terminal or
    /// group reaches. It is this process's child all the same.
    public var isDetached = false
    /// What the child reads as its standard input.
    public var input = Input.null
    /// Where the child's standard output goes.
    public var output = Output.inherit
    /// Where the child's standard error goes.
    public var errors = Output.inherit

    /// Starts `executable` with `arguments`, as this user, without input.
    public init(executable: String, arguments: [String] = []) {
      self.executable = executable
      self.arguments = arguments
    }
  }

  /// The process id while it runs.
  public let pid: Int32
  /// The child's standard input, when it is a pipe; close it to say that nothing more comes.
  public let input: TCPStream?
  /// How it ended; nil while it runs.
  public private(set) var exitStatus: ExitStatus?

  private let core: LoopCore
  private let outputs: ChildOutputs
  private let handle: UnsafeMutablePointer<uv_process_t>
  private var onExit: ((ExitStatus) -> Void)?
  private var waiters: [CheckedContinuation<ExitStatus?, Never>] = []
  private var isClosed = false

  /// Starts a program; `onExit` is called once, on the loop, when it has ended. On the loop only.
  public static func spawn(
    _ loop: EventLoop, _ options: Options, onExit: @escaping (ExitStatus) -> Void = { _ in }
  ) throws(EventLoopError) -> ChildProcess {
    guard !loop.core.isStopping else { throw .loopStopped }
    var pipes = try ChildPipes(loop, options)
    defer { pipes.closeChildEnds() }
    return try ChildProcess(loop.core, options, &pipes, onExit)
  }

  private init(
    _ core: LoopCore, _ options: Options, _ pipes: inout ChildPipes,
    _ onExit: @escaping (ExitStatus) -> Void
  ) throws(EventLoopError) {
    self.core = core
    self.onExit = onExit
    unsafe handle = unsafe core.allocateHandle(uv_process_t.self)
    let status = unsafe SpawnCall(options).run(core.uv, handle, pipes.descriptors)
    pid = unsafe handle.pointee.pid
    input = pipes.input
    outputs = pipes.outputs
    unsafe core.adopt(handle, self)
    guard status == 0 else {
      pipes.closeOwnEnds()
      close()
      throw EventLoopError(status: status, "starting \(options.executable)")
    }
    pipes.startReading()
  }

  /// Sends a signal; does nothing once it has ended.
  public func kill(_ signal: CInt) {
    guard exitStatus == nil, !isClosed else { return }
    unsafe uv_process_kill(handle, signal)
  }

  /// Waits for the end; nil when the loop stopped first. From a task on the loop.
  public func waitForExit() async -> ExitStatus? {
    if exitStatus != nil || isClosed { return exitStatus }
    return await withCheckedContinuation { waiters.append($0) }
  }

  /// Waits until everything that was written to the pipes has been read, which may be after the exit:
  /// whoever has inherited a pipe holds it open. Also returns once the pipes are closed. From a task on
  /// the loop.
  public func waitForOutput() async { await outputs.waitForEnd() }

  /// Closes this end of every pipe: nothing more is read, and the child is told so when it writes.
  public func closePipes() {
    input?.close()
    outputs.close()
  }

  fileprivate func didExit(_ code: Int64, _ signal: CInt) {
    let status: ExitStatus = signal == 0 ? .exited(Int(code)) : .signalled(Int(signal))
    exitStatus = status
    let callback = onExit
    close()
    callback?(status)
  }

  private func close() {
    guard !isClosed else { return }
    isClosed = true
    onExit = nil
    for waiter in waiters { waiter.resume(returning: exitStatus) }
    waiters = []
    unsafe core.close(handle)
  }

  func loopIsStopping() { close() }
  func handleDidClose() {}
}

func childDidExit(_ handle: UnsafeMutablePointer<uv_process_t>?, _ code: Int64, _ signal: CInt) {
  // Nil when the spawn itself failed and the handle was never adopted.
  guard let data = unsafe handle!.pointee.data else { return }
  unsafe Unmanaged<ChildProcess>.fromOpaque(data).takeUnretainedValue().didExit(code, signal)
}
