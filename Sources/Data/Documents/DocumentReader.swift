package import EventLoop

/// Reads the text of documents: PDFs by `pdftotext`, their scanned pages by `pdftoppm` and `tesseract`, text files
/// itself. Safe from any task.
///
/// How many are read at once is the caller's matter.
package struct DocumentReader: Sendable {
  private let loop: EventLoop
  private let programs: DocumentPrograms
  private let limits: DocumentLimits

  /// Watches its child processes on `loop`.
  package init(
    loop: EventLoop, programs: DocumentPrograms = DocumentPrograms(),
    limits: DocumentLimits = DocumentLimits()
  ) {
    self.loop = loop
    self.programs = programs
    self.limits = limits
  }

  /// What `document` says.
  ///
  /// Throws ``DocumentError``, and `CancellationError` when the task is cancelled; nothing runs on
  /// then. The work is done off the loops.
  package func read(_ document: [UInt8]) async throws -> DocumentText {
    if DocumentFormat.isPDF(document) { return try await pdf(document) }
    let limits = limits
    return DocumentText(pages: try await loop.blocking { [try Self.textPage(document, limits)] })
  }

  private func pdf(_ document: [UInt8]) async throws -> DocumentText {
    let text = try await textPages(of: document)
    guard !text.blank.isEmpty else { return DocumentText(pages: text.pages) }
    let scans = try await ScanReader(loop: loop, programs: programs, limits: limits)
      .read(text.blank, of: document)
    let pages = (text.pages + scans.pages).sorted { $0.number < $1.number }
    let notice = scans.unread.notice
    guard !pages.isEmpty else {
      throw DocumentError(.noText, "the pdf has no text" + (notice.isEmpty ? "" : ": \(notice)"))
    }
    guard pages.reduce(0, { $0 + $1.text.utf8.count }) <= limits.textBytes else {
      throw DocumentError.tooMuchText(limits)
    }
    return DocumentText(pages: pages, notice: notice)
  }

  private func textPages(of document: [UInt8]) async throws -> PDFToText.Pages {
    let limits = limits
    do {
      let result = try await ProgramRun(
        loop: loop, PDFToText.program(programs.pdftotext, limits)
      ).run(document)
      return try await loop.blocking {
        try PDFToText.pages(
          result.ending, text: result.output, errors: result.errors, limits: limits)
      }
    } catch let error as EventLoopError {
      throw DocumentError.unavailable(error)
    }
  }

  private static func textPage(
    _ document: [UInt8], _ limits: DocumentLimits
  ) throws(DocumentError) -> DocumentPage {
    guard document.count <= limits.textBytes else { throw .tooMuchText(limits) }
    guard let text = PlainText.decode(document) else {
      throw DocumentError(.unreadable, "the file is neither a pdf nor text in utf-8 or utf-16")
    }
    let page = DocumentPage(number: 0, text: PageText.tidy(text))
    guard !page.text.isEmpty else { throw DocumentError(.noText, "the file is empty") }
    return page
  }
}
