internal import EventLoop

/// One run of a program: starts it, feeds it, gathers what it writes, kills it when it takes too much. Lives on a
/// loop.
actor ProgramRun {
  /// What it wrote and how it ended.
  struct Result: Sendable {
    var ending: SandboxedProgram.Ending
    var output: [UInt8]
    var errors: [UInt8]
  }

  /// Of what it says about errors, the first is enough.
  private static let errorLimit = 4_096

  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
  private let program: SandboxedProgram
  private var child: ChildProcess?
  private var output: [UInt8] = []
  private var errors: [UInt8] = []
  private var ending: SandboxedProgram.Ending?
  private var isCancelled = false

  init(loop: EventLoop, _ program: SandboxedProgram) {
    self.loop = loop
    self.program = program
  }

  /// The child's id while it runs.
  var pid: Int32? { child?.pid }

  /// Runs the program on `input`; once only. Returns when the child has ended and everything it wrote was
  /// read; a cancelled caller has it killed. Throws `EventLoopError` when it cannot be started.
  func run(_ input: [UInt8]) async throws -> Result {
    try Task.checkCancellation()
    let child = try start()
    let timer = loop.schedule(after: program.time, onStop: { self.kill(.abandoned) }) {
      self.kill(.outOfTime)
    }
    defer {
      timer.cancel()
      child.closePipes()
      self.child = nil
    }
    // A child that dies early breaks the pipe, and what is unwritten is dropped.
    child.input?.write(input)
    child.input?.shutdownWrite()
    let status = await withTaskCancellationHandler {
      let status = await child.waitForExit()
      await child.waitForOutput()
      return status
    } onCancel: {
      loop.execute { self.assumeIsolated { $0.kill(.abandoned) } }
    }
    try Task.checkCancellation()
    return Result(
      ending: ending ?? status.map { .ended($0) } ?? .abandoned, output: output,
      errors: errors)
  }

  private func start() throws -> ChildProcess {
    var options = program.options
    options.output = .read { self.didWrite($0) }
    options.errors = .read { self.didComplain($0) }
    let child = try ChildProcess.spawn(loop, options)
    self.child = child
    return child
  }

  private func didWrite(_ bytes: UnsafeRawBufferPointer) {
    guard ending == nil else { return }
    guard output.count + bytes.count <= program.outputBytes else { return kill(.outOfSpace) }
    output.append(contentsOf: bytes)
  }

  private func didComplain(_ bytes: UnsafeRawBufferPointer) {
    errors.append(contentsOf: bytes.prefix(Self.errorLimit - errors.count))
  }

  /// Its pipes are closed too: whoever else holds one shall not be waited for.
  private func kill(_ reason: SandboxedProgram.Ending) {
    guard ending == nil, let child else { return }
    ending = reason
    child.kill(9)
    child.closePipes()
  }
}
