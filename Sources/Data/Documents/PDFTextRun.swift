internal import EventLoop

/// One run of `pdftotext`: starts it, feeds it, gathers what it writes, kills it when it takes too
/// much. Lives on a loop.
actor PDFTextRun {
  /// What it wrote and how it ended.
  struct Result: Sendable {
    var ending: PDFToText.Ending
    var text: [UInt8]
    var errors: [UInt8]
  }

  /// Of what it says about errors, the first is enough.
  private static let errorLimit = 4_096

  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
  private let limits: DocumentLimits
  private var child: ChildProcess?
  private var text: [UInt8] = []
  private var errors: [UInt8] = []
  private var ending: PDFToText.Ending?
  private var isCancelled = false

  init(loop: EventLoop, limits: DocumentLimits) {
    self.loop = loop
    self.limits = limits
  }

  /// The child's id while it runs.
  var pid: Int32? { child?.pid }

  /// Runs `program` on `pdf`; once only. Returns when the child has ended and everything it wrote was
  /// read; a cancelled caller has it killed. Throws `EventLoopError` when it cannot be started.
  func run(_ program: String, _ pdf: [UInt8]) async throws -> Result {
    try Task.checkCancellation()
    let child = try start(program)
    let timer = loop.schedule(after: limits.time, onStop: { self.kill(.abandoned) }) {
      self.kill(.outOfTime)
    }
    defer {
      timer.cancel()
      child.closePipes()
      self.child = nil
    }
    // A child that dies early breaks the pipe, and what is unwritten is dropped.
    child.input?.write(pdf)
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
      ending: ending ?? status.map { .ended($0) } ?? .abandoned, text: text, errors: errors)
  }

  private func start(_ program: String) throws -> ChildProcess {
    var options = PDFToText.options(program: program, limits: limits)
    options.output = .read { self.didWrite($0) }
    options.errors = .read { self.didComplain($0) }
    let child = try ChildProcess.spawn(loop, options)
    self.child = child
    return child
  }

  private func didWrite(_ bytes: UnsafeRawBufferPointer) {
    guard ending == nil else { return }
    guard text.count + bytes.count <= limits.textBytes else { return kill(.outOfSpace) }
    text.append(contentsOf: bytes)
  }

  private func didComplain(_ bytes: UnsafeRawBufferPointer) {
    errors.append(contentsOf: bytes.prefix(Self.errorLimit - errors.count))
  }

  /// Its pipes are closed too: whoever else holds one shall not be waited for.
  private func kill(_ reason: PDFToText.Ending) {
    guard ending == nil, let child else { return }
    ending = reason
    child.kill(9)
    child.closePipes()
  }
}
