internal import EventLoop

/// A program that reads a stranger's file, and what it may take. Others keep it; it runs in a process of its own,
/// so that a hostile file which breaks it costs nothing but itself. Pure.
struct SandboxedProgram: Sendable {
  /// How a run came to its end.
  enum Ending: Equatable {
    case ended(ChildProcess.ExitStatus)
    /// It was killed: its time was over, or it wrote more than is allowed.
    case outOfTime, outOfSpace
    /// The loop stopped.
    case abandoned
  }

  /// Path or name.
  var program: String
  var arguments: [String]
  /// Beside what all have.
  var environment: [String: String] = [:]
  /// From its start to its end, and of the processor.
  var time: Duration
  /// Bytes of address space.
  var memoryBytes: Int
  /// Bytes that it may write.
  var outputBytes: Int

  /// It reads its standard input and writes its standard output. `prlimit` from util-linux sees to it that no
  /// file is written, none but a few are opened and no process is made; it comes after whoever carries calls.
  var options: ChildProcess.Options {
    var options = ChildProcess.Options(
      executable: "prlimit",
      arguments: [
        "--as=\(memoryBytes)", "--cpu=\(max(1, time.components.seconds))", "--fsize=0", "--core=0",
        "--nproc=0", "--nofile=32", "--", "nice", "-n", "10", program,
      ] + arguments)
    options.environment = ["LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"]
      .merging(environment) { $1 }
    options.workingDirectory = "/"
    options.input = .pipe
    return options
  }
}

extension SandboxedProgram.Ending {
  /// Whether the program is not here, or may not be run.
  var isMissing: Bool { self == .ended(.exited(126)) || self == .ended(.exited(127)) }

  /// Whether it ran out of time or of processor: SIGKILL, SIGXCPU.
  var isLate: Bool {
    [.outOfTime, .ended(.signalled(9)), .ended(.signalled(24))].contains(self)
  }
}
