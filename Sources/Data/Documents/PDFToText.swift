internal import EventLoop

/// How `pdftotext` is run and what its end means; pure.
///
/// It is poppler's, which others keep, and runs in a process of its own: a hostile file that breaks it
/// costs nothing but itself. `prlimit` from util-linux bounds what that process may take.
enum PDFToText {
  /// How a run came to its end.
  enum Ending: Equatable {
    case ended(ChildProcess.ExitStatus)
    /// It was killed: its time was over, or its text longer than is allowed.
    case outOfTime, outOfSpace
    /// The loop stopped.
    case abandoned
  }

  /// Reads a PDF on its standard input and writes UTF-8 on its standard output, a form feed after each
  /// page.
  ///
  /// No file may be written, none but a few opened, no process made. Errors are not silenced (`-q`), as
  /// only they tell a password from damage.
  static func options(program: String, limits: DocumentLimits) -> ChildProcess.Options {
    var options = ChildProcess.Options(
      executable: "prlimit",
      arguments: [
        "--as=\(limits.memoryBytes)", "--cpu=\(max(1, limits.time.components.seconds))",
        "--fsize=0", "--core=0", "--nproc=0", "--nofile=32", "--", program, "-enc", "UTF-8", "-eol",
        "unix", "-", "-",
      ])
    options.environment = ["LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"]
    options.workingDirectory = "/"
    options.input = .pipe
    return options
  }

  /// The pages that have text; throws what the end means when there are none.
  static func pages(
    _ ending: Ending, text: [UInt8], errors: [UInt8], limits: DocumentLimits
  ) throws(DocumentError) -> [DocumentPage] {
    switch ending {
    case .ended(.exited(0)): return try pages(of: text)
    case .ended(.exited(let code)): throw failure(code, String(decoding: errors, as: UTF8.self))
    case .ended(.signalled(9)), .ended(.signalled(24)), .outOfTime:  // SIGKILL, SIGXCPU
      throw DocumentError(
        .tooLarge, "the pdf takes longer to read than \(limits.time.components.seconds) s")
    case .ended(.signalled): throw damaged
    case .outOfSpace: throw .tooMuchText(limits)
    case .abandoned: throw .unavailable(EventLoopError(.loopStopped, "the event loop has stopped"))
    }
  }

  private static let damaged = DocumentError(.unreadable, "the pdf is damaged, or is none")

  private static func failure(_ code: Int, _ errors: String) -> DocumentError {
    switch code {
    case 126, 127:  // prlimit did not find it, or may not run it
      return .unavailable(EventLoopError(.notFound, "pdftotext (poppler-utils) cannot be run"))
    case 1 where errors.contains("Incorrect password") || errors.contains("security handler"):
      return DocumentError(
        .encrypted, "the pdf opens with a password only; save it without one and try again")
    default: return damaged
    }
  }

  private static func pages(of output: [UInt8]) throws(DocumentError) -> [DocumentPage] {
    guard !output.isEmpty else { throw damaged }
    var pages: [DocumentPage] = []
    var start = 0
    var number = 1
    while start < output.count {
      let end = output[start...].firstIndex(of: 0x0C) ?? output.count
      let text = PageText.tidy(String(decoding: output[start..<end], as: UTF8.self))
      if !text.isEmpty { pages.append(DocumentPage(number: number, text: text)) }
      start = end + 1
      number += 1
    }
    guard !pages.isEmpty else {
      throw DocumentError(
        .noText, "the pdf has no text, only images: make a scan searchable (OCR) and try again")
    }
    return pages
  }
}

extension DocumentError {
  static func tooMuchText(_ limits: DocumentLimits) -> DocumentError {
    DocumentError(.tooLarge, "the document has more than \(limits.textBytes) bytes of text")
  }

  static func unavailable(_ cause: any Error) -> DocumentError {
    DocumentError(.unavailable, "pdf documents cannot be read here now", cause: cause)
  }
}
