internal import EventLoop
internal import Glibc
import Testing

@Suite struct SystemTests {
  @Test func `a signal calls its watcher on the loop`() async throws {
    try await withLoop { loop in
      let got = Promise<Bool>()
      let watcher = try SignalWatcher(loop, signal: SIGUSR1) { got.fulfil(loop.isCurrent) }
      kill(getpid(), SIGUSR1)
      #expect(await got.value)
      watcher.close()
      watcher.close()
    }
  }

  @Test func `a descriptor is watched for what was asked`() async throws {
    try await withLoop { loop in
      var ends: [CInt] = [0, 0]
      #expect(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
      let ready = Promise<Readiness>()
      let writable = Promise<Readiness>()
      let watcher = try FileDescriptorWatcher(loop, fd: ends[0]) {
        $0.contains(.writable) ? writable.fulfil($0) : ready.fulfil($0)
      }
      watcher.watch(.writable)
      #expect(await writable.value == .writable)
      watcher.watch(.readable)
      var byte: UInt8 = 1
      write(ends[1], &byte, 1)
      #expect(await ready.value == .readable)
      watcher.close()
      close(ends[0])
      close(ends[1])
    }
  }

  @Test func `a callback after a long wait is told the time of now`() async throws {
    try await withLoop { loop in
      var ends: [CInt] = [0, 0]
      #expect(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
      let told = Promise<LoopInstant>()
      let watcher = try FileDescriptorWatcher(loop, fd: ends[0]) { _ in told.fulfil(loop.now) }
      watcher.watch(.readable)
      try await loop.sleep(for: .milliseconds(1))
      _ = loop.now  // a timer's job runs right before the loop waits
      let writer = Task.detached { [end = ends[1]] in
        usleep(20_000)
        let time = LoopInstant.readClock()
        var byte: UInt8 = 1
        write(end, &byte, 1)
        return time
      }
      #expect(await told.value >= writer.value)
      watcher.close()
      close(ends[0])
      close(ends[1])
    }
  }

  @Test(arguments: [
    ("exit 3", ChildProcess.ExitStatus.exited(3)), ("kill -9 $$", .signalled(9)),
    ("true", .exited(0)),
  ])
  func `a child's end is reported`(script: String, expected: ChildProcess.ExitStatus) async throws {
    let (status, waited) = try await withLoop { loop in
      let ended = Promise<ChildProcess.ExitStatus>()
      let child = try ChildProcess.spawn(
        loop, .init(executable: "sh", arguments: ["-c", script])
      ) { ended.fulfil($0) }
      return (await ended.value, await child.waitForExit())
    }
    #expect(status == expected)
    #expect(waited == expected)
  }

  @Test func `a child reads its input and writes its output through pipes`() async throws {
    let text = try await withLoop { loop in
      let output = Journal<String>()
      var options = ChildProcess.Options(executable: "/bin/cat")
      options.input = .pipe
      options.output = .read { output.note(String(decoding: $0, as: UTF8.self)) }
      let child = try ChildProcess.spawn(loop, options)
      child.input?.write(Array("namaste".utf8))
      child.input?.shutdownWrite()
      _ = await child.waitForExit()
      await child.waitForOutput()
      child.closePipes()
      return output.items.joined()
    }
    #expect(text == "namaste")
  }

  @Test func `all that a child has written is there once its output has ended`() async throws {
    let count = try await withLoop { loop in
      let output = Journal<Int>()
      var options = ChildProcess.Options(
        executable: "sh", arguments: ["-c", "head -c 3000000 /dev/zero; echo x >&2"])
      options.output = .read { output.note($0.count) }
      options.errors = .read { output.note($0.count) }
      let child = try ChildProcess.spawn(loop, options)
      await child.waitForOutput()
      return output.items.reduce(0, +)
    }
    #expect(count == 3_000_002)
  }

  @Test func `a grandchild's output may outlive the child and its owner`() async throws {
    let text = try await withLoop { loop in
      let output = Promise<String>()
      var options = ChildProcess.Options(
        executable: "sh", arguments: ["-c", "exec 3<&0; (read line <&3; echo $line) & exit 0"])
      options.input = .pipe
      options.output = .read { output.fulfil(String(decoding: $0, as: UTF8.self)) }
      var child: ChildProcess? = try ChildProcess.spawn(loop, options)
      let input = child?.input
      _ = await child?.waitForExit()
      child = nil
      input?.write(Array("late\n".utf8))
      let text = await output.value
      input?.close()
      return text
    }
    #expect(text == "late\n")
  }

  @Test func `a pipe that a grandchild holds open is waited for until it is closed here`()
    async throws
  {
    let (status, isClosed) = try await withLoop { loop in
      var options = ChildProcess.Options(
        executable: "sh", arguments: ["-c", "exec 3<&0; (read line <&3) & exit 4"])
      options.input = .pipe
      options.output = .read { _ in }
      let child = try ChildProcess.spawn(loop, options)
      let status = await child.waitForExit()
      var isClosed = false
      loop.schedule(after: .milliseconds(20)) {
        isClosed = true
        child.closePipes()
      }
      await child.waitForOutput()
      return (status, isClosed)
    }
    #expect(status == .exited(4))
    #expect(isClosed)
  }

  @Test(.enabled(if: getuid() == 0)) func `root starts a child as somebody else`() async throws {
    let text = try await withLoop { loop in
      let output = Promise<String>()
      var options = ChildProcess.Options(
        executable: "sh", arguments: ["-c", "echo $(id -u) $(id -g) $NAME $PWD"])
      options.environment = ["NAME": "asha", "PATH": "/usr/bin:/bin"]
      options.workingDirectory = "/"
      options.uid = 65534
      options.gid = 65534
      options.output = .read { output.fulfil(String(decoding: $0, as: UTF8.self)) }
      _ = try ChildProcess.spawn(loop, options)
      return await output.value
    }
    #expect(text == "65534 65534 asha /\n")
  }

  @Test(arguments: [false, true])
  func `a child leads a session of its own when it is detached`(isDetached: Bool) async throws {
    let leads = try await withLoop { loop in
      var options = ChildProcess.Options(executable: "/bin/cat")
      options.input = .pipe
      options.output = .null
      options.isDetached = isDetached
      let child = try ChildProcess.spawn(loop, options)
      let leads = getsid(child.pid) == child.pid
      child.input?.shutdownWrite()
      _ = await child.waitForExit()
      return leads
    }
    #expect(leads == isDetached)
  }

  @Test func `a program that is not there is an error`() async throws {
    let kind = try await withLoop { loop in
      do {
        _ = try ChildProcess.spawn(loop, .init(executable: "/no/such/program"))
        return EventLoopError.Kind.other
      } catch { return (error as? EventLoopError)?.kind ?? .other }
    }
    #expect(kind == .notFound)
  }

  @Test func `blocking work runs off the loop and its caller resumes on it`() async throws {
    try await withLoop { loop in
      let inside = try await loop.blocking { loop.isCurrent }
      #expect(!inside)
      #expect(loop.isCurrent)
      let sum = try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 0..<50 { group.addTask { try await blocking { number } } }
        return try await group.reduce(0, +)
      }
      #expect(sum == 1225)
    }
  }

  @Test func `what blocking work throws reaches its caller, from any thread`() async throws {
    struct Failed: Error {}
    await #expect(throws: Failed.self) { try await blocking { throw Failed() } }
  }
}
