package import EventLoop

/// Reads the text of documents: PDFs by `pdftotext`, text files itself. Safe from any task.
///
/// How many are read at once is the caller's matter.
package struct DocumentReader: Sendable {
  private let loop: EventLoop
  private let program: String
  private let limits: DocumentLimits

  /// Watches its child processes on `loop`. `program` is the path or name of `pdftotext`.
  package init(
    loop: EventLoop, program: String = "pdftotext", limits: DocumentLimits = DocumentLimits()
  ) {
    self.loop = loop
    self.program = program
    self.limits = limits
  }

  /// The pages of `document` that have text, at least one, in their order.
  ///
  /// Throws ``DocumentError``, and `CancellationError` when the task is cancelled; nothing runs on
  /// then. The work is done off the loops.
  package func pages(of document: [UInt8]) async throws -> [DocumentPage] {
    if DocumentFormat.isPDF(document) { return try await pdfPages(document) }
    let limits = limits
    return try await loop.blocking { [try Self.textPage(document, limits)] }
  }

  private func pdfPages(_ document: [UInt8]) async throws -> [DocumentPage] {
    let limits = limits
    do {
      let result = try await PDFTextRun(loop: loop, limits: limits).run(program, document)
      return try await loop.blocking {
        try PDFToText.pages(
          result.ending, text: result.text, errors: result.errors, limits: limits)
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
