internal import EventLoop

/// Runs handlers on a loop. Unlike the loop as executor, it runs a job as isolated to nothing, which
/// is what a handler's task is: the loop itself would have each task queued twice (1 us).
final class LoopTaskExecutor: TaskExecutor {
  let loop: EventLoop

  init(_ loop: EventLoop) { self.loop = loop }

  func enqueue(_ job: consuming ExecutorJob) {
    loop.enqueue(job, for: asUnownedTaskExecutor())
  }
}
