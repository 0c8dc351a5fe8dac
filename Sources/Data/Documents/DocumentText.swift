/// What was read of a document.
package struct DocumentText: Sendable, Equatable {
  /// The pages that have text, at least one, in their order.
  package var pages: [DocumentPage]
  /// Which pages could not be read and why, for whoever uploaded it; empty when all were. Of at most 500
  /// characters.
  package var notice: String

  package init(pages: [DocumentPage], notice: String = "") {
    self.pages = pages
    self.notice = notice
  }
}

/// The programs that read documents, each a path or name.
package struct DocumentPrograms: Sendable {
  package var pdftotext = "pdftotext"
  package var pdftoppm = "pdftoppm"
  package var tesseract = "tesseract"

  package init() {}
}
