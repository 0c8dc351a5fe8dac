import EventLoop
import Glibc
import Testing

@testable import Documents

@Suite struct ProgramRunTests {
  /// More than a pipe holds.
  private static let large = Array("%PDF-".utf8) + Array(repeating: UInt8(0), count: 5_000_000)

  private func read(
    _ script: String, _ limits: DocumentLimits = DocumentLimits()
  ) async throws -> [DocumentPage] {
    try await withProgram(script) { path in
      try await withLoop {
        try await DocumentReader(loop: $0, programs: .reading(by: path), limits: limits)
          .read(Self.large).pages
      }
    }
  }

  private func limits(milliseconds: Int) -> DocumentLimits {
    var limits = DocumentLimits()
    limits.time = .milliseconds(milliseconds)
    return limits
  }

  @Test func `the whole document goes in`() async throws {
    let pages = try await read("exec wc -c")
    #expect(pages == [DocumentPage(number: 1, text: "5000005")])
  }

  @Test(arguments: ["echo hello", "exec <&-; echo hello", "read line; echo hello"])
  func `a program that does not read it all does no harm`(script: String) async throws {
    #expect(try await read(script) == [DocumentPage(number: 1, text: "hello")])
  }

  @Test func `the program may write no file, start nothing and know nothing`() async throws {
    var limits = DocumentLimits()
    limits.memoryBytes = 100_000_000
    limits.time = .seconds(7)
    let text = try await read(
      """
      while read -r line; do echo "$line"; done < /proc/self/limits
      export -p; pwd; echo "$@"
      """, limits)[0].text
    for (name, value) in [
      ("Max cpu time", "7 7 seconds"), ("Max file size", "0 0 bytes"),
      ("Max core file size", "0 0 bytes"), ("Max processes", "0 0 processes"),
      ("Max open files", "32 32 files"), ("Max address space", "100000000 100000000 bytes"),
    ] { #expect(text.contains("\(name) \(value)")) }
    let exported = text.split(separator: "\n").filter { $0.hasPrefix("export ") }
    #expect(
      exported.filter { !$0.hasPrefix("export PWD") && !$0.hasPrefix("export OLDPWD") }
        == ["export LANG='C.UTF-8'", "export PATH='/usr/bin:/bin'"])
    #expect(text.hasSuffix("\n/\n-enc UTF-8 -eol unix - -"))
  }

  @Test(arguments: [
    ("exec sleep 1000", DocumentError.Kind.tooLarge), ("while :; do :; done", .tooLarge),
    ("while :; do echo damaged >&2; done", .tooLarge),
  ])
  func `a program that takes too long is killed`(script: String, kind: DocumentError.Kind)
    async throws
  {
    let error = await #expect(throws: DocumentError.self) {
      try await read(script, limits(milliseconds: 50))
    }
    #expect(error?.kind == kind)
  }

  @Test func `a program that writes without end is killed`() async throws {
    let error = await #expect(throws: DocumentError.self) {
      try await read(
        "while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done")
    }
    #expect(error?.kind == .tooLarge)
  }

  @Test func `a program that is missing is no fault of the document`() async throws {
    let error = await #expect(throws: DocumentError.self) {
      try await withLoop {
        try await DocumentReader(loop: $0, programs: .reading(by: "/no/such/program"))
          .read(Self.large)
      }
    }
    #expect(error?.kind == .unavailable)
    #expect(error?.cause != nil)
  }

  @Test func `a caller that is cancelled leaves no process`() async throws {
    try await withProgram("exec sleep 1000") { path in
      let pid = try await withLoop { loop in
        let run = ProgramRun(loop: loop, PDFToText.program(path, DocumentLimits()))
        let task = Task { try await run.run(Self.large) }
        var pid: Int32?
        while pid == nil {
          await Task.yield()
          pid = await run.pid
        }
        let running = try #require(pid)
        #expect(isRunning(running))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        return running
      }
      #expect(!isRunning(pid))
    }
  }

  @Test func `a caller that was cancelled before starts nothing`() async throws {
    let error = await #expect(throws: CancellationError.self) {
      try await withLoop { loop in
        let task = Task {
          withUnsafeCurrentTask { $0?.cancel() }
          return try await DocumentReader(loop: loop, programs: .reading(by: "/no/such"))
            .read(Self.large)
        }
        return try await task.value
      }
    }
    #expect(error != nil)
  }

  @Test func `a loop that stops kills the program`() async throws {
    try await withProgram("exec sleep 1000") { path in
      let loop = EventLoop.start(name: "stopping")
      let run = ProgramRun(loop: loop, PDFToText.program(path, DocumentLimits()))
      let task = Task { try await run.run(Self.large) }
      var pid: Int32?
      while pid == nil {
        await Task.yield()
        pid = await run.pid
      }
      await loop.stop()
      let result = try await task.value
      #expect(result.ending == .abandoned)
      // The loop that would have waited for it is gone.
      var status: CInt = 0
      #expect(waitpid(try #require(pid), &status, 0) == pid)
      #expect(status & 0x7F == SIGKILL)
    }
  }

  @Test(arguments: [
    (
      SandboxedProgram.Ending.ended(.exited(1)), "Command Line Error: Incorrect password",
      DocumentError.Kind.encrypted
    ),
    (.ended(.exited(1)), "Syntax Error: Couldn't find the 'X' security handler", .encrypted),
    (.ended(.exited(1)), "Syntax Error: Couldn't read xref table", .unreadable),
    (.ended(.exited(99)), "Incorrect password", .unreadable),
    (.ended(.exited(126)), "", .unavailable), (.ended(.exited(127)), "", .unavailable),
    (.ended(.signalled(11)), "", .unreadable), (.ended(.signalled(6)), "", .unreadable),
    (.ended(.signalled(9)), "", .tooLarge), (.ended(.signalled(24)), "", .tooLarge),
    (.outOfTime, "", .tooLarge), (.outOfSpace, "", .tooLarge), (.abandoned, "", .unavailable),
    (.ended(.exited(0)), "Syntax Error: Invalid page count 0", .unreadable),
  ])
  func `the end of the program says what is wrong`(
    ending: SandboxedProgram.Ending, errors: String, kind: DocumentError.Kind
  ) {
    let error = #expect(throws: DocumentError.self) {
      try PDFToText.pages(
        ending, text: [], errors: Array(errors.utf8), limits: DocumentLimits())
    }
    #expect(error?.kind == kind)
  }

  @Test func `form feeds end pages, and bytes that are no UTF-8 do not count`() throws {
    let output: [UInt8] = Array("a\u{C}\u{C} \u{C}b".utf8) + [0xFF, 0x0C]
    let pages = try PDFToText.pages(
      .ended(.exited(0)), text: output, errors: [], limits: DocumentLimits())
    #expect(
      pages.pages == [
        DocumentPage(number: 1, text: "a"), DocumentPage(number: 4, text: "b\u{FFFD}"),
      ])
    #expect(pages.blank == [2, 3])
  }
}

extension DocumentPrograms {
  /// With another program in place of `pdftotext`.
  fileprivate static func reading(by path: String) -> DocumentPrograms {
    var programs = DocumentPrograms()
    programs.pdftotext = path
    return programs
  }
}
