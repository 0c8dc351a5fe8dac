/// What one document may take.
package struct DocumentLimits: Sendable {
  /// Bytes of text, before it is tidied.
  package var textBytes = 8 * 1_024 * 1_024
  /// From its start to the end of a program, and of its processor: for a PDF's text, for a page's picture, and
  /// for reading that.
  package var time = Duration.seconds(30)
  /// Bytes of address space of a program that reads a PDF.
  package var memoryBytes = 512 * 1_024 * 1_024
  /// The same of the one that reads pictures.
  package var scanMemoryBytes = 1_024 * 1_024 * 1_024
  /// Pages without text that are read; the rest is left out.
  package var scannedPages = 50
  /// For all of them together; what is not begun by then is left out.
  package var scanTime = Duration.seconds(300)

  package init() {}
}
