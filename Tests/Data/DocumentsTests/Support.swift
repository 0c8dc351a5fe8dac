import EventLoop
import Glibc
import Testing

/// Runs `body` as a task on a fresh loop, and stops the loop after it.
func withLoop<T: Sendable>(
  _ body: @escaping @Sendable (EventLoop) async throws -> T
) async throws -> T {
  let loop = EventLoop.start(name: "test")
  let task = Task(executorPreference: loop) { try await body(loop) }
  let result = await task.result
  await loop.stop()
  return try result.get()
}

/// Gives `body` the path of a shell script to put in place of one of the programs.
func withProgram<T>(_ script: String, _ body: (String) async throws -> T) async throws -> T {
  var template = Array("/tmp/payaid-documents-XXXXXX".utf8CString)
  let folder = String(cString: try #require(mkdtemp(&template)))
  let path = folder + "/program"
  defer {
    unlink(path)
    rmdir(folder)
  }
  // Another process writes it: a file that this one has open for writing, or a child of it that another test
  // has just forked, cannot be run.
  let file = try #require(popen("cat >\(path) && chmod 755 \(path)", "w"))
  fputs("#!/bin/sh\n\(script)\n", file)
  #expect(pclose(file) == 0)
  return try await body(path)
}

/// Whether a process is there; one that has ended and was waited for is not.
func isRunning(_ pid: Int32) -> Bool { kill(pid, 0) == 0 }
