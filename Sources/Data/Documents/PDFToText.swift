internal import EventLoop

/// How `pdftotext` of poppler-utils is run and what its end means; pure.
enum PDFToText {
  /// A PDF's pages that have text, and the numbers of those that have none.
  struct Pages: Sendable, Equatable {
    var pages: [DocumentPage] = []
    var blank: [Int] = []
  }

  /// Reads a PDF on its standard input and writes UTF-8 on its standard output, a form feed after each page.
  ///
  /// Errors are not silenced (`-q`), as only they tell a password from damage.
  static func program(_ program: String, _ limits: DocumentLimits) -> SandboxedProgram {
    SandboxedProgram(
      program: program, arguments: ["-enc", "UTF-8", "-eol", "unix", "-", "-"], time: limits.time,
      memoryBytes: limits.memoryBytes, outputBytes: limits.textBytes)
  }

  /// All pages; throws what the end means when they cannot be had.
  static func pages(
    _ ending: SandboxedProgram.Ending, text: [UInt8], errors: [UInt8], limits: DocumentLimits
  ) throws(DocumentError) -> Pages {
    guard !ending.isLate else {
      throw DocumentError(
        .tooLarge, "the pdf takes longer to read than \(limits.time.components.seconds) s")
    }
    switch ending {
    case .ended(.exited(0)): return try pages(of: text)
    case .ended(.exited(let code)): throw failure(code, String(decoding: errors, as: UTF8.self))
    case .outOfSpace: throw .tooMuchText(limits)
    case .abandoned: throw .loopStopped
    case .ended(.signalled), .outOfTime: throw damaged
    }
  }

  private static let damaged = DocumentError(.unreadable, "the pdf is damaged, or is none")

  private static func failure(_ code: Int, _ errors: String) -> DocumentError {
    switch code {
    case 126, 127:  // nice did not find it, or may not run it
      return .unavailable(EventLoopError(.notFound, "pdftotext (poppler-utils) cannot be run"))
    case 1 where errors.contains("Incorrect password") || errors.contains("security handler"):
      return DocumentError(
        .encrypted, "the pdf opens with a password only; save it without one and try again")
    default: return damaged
    }
  }

  private static func pages(of output: [UInt8]) throws(DocumentError) -> Pages {
    guard !output.isEmpty else { throw damaged }
    var pages = Pages()
    var start = 0
    var number = 1
    while start < output.count {
      let end = output[start...].firstIndex(of: 0x0C) ?? output.count
      let text = PageText.tidy(String(decoding: output[start..<end], as: UTF8.self))
      if text.isEmpty {
        pages.blank.append(number)
      } else {
        pages.pages.append(DocumentPage(number: number, text: text))
      }
      start = end + 1
      number += 1
    }
    return pages
  }
}

extension DocumentError {
  static func tooMuchText(_ limits: DocumentLimits) -> DocumentError {
    DocumentError(.tooLarge, "the document has more than \(limits.textBytes) bytes of text")
  }

  static let loopStopped = unavailable(
    EventLoopError(.loopStopped, "the event loop has stopped"))

  static func unavailable(_ cause: any Error) -> DocumentError {
    DocumentError(.unavailable, "pdf documents cannot be read here now", cause: cause)
  }
}
