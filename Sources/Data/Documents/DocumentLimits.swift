/// What one document may take.
package struct DocumentLimits: Sendable {
  /// Bytes of text, before it is tidied.
  package var textBytes = 8 * 1_024 * 1_024
  /// From its start to the end of the program that reads a PDF, and of its processor.
  package var time = Duration.seconds(30)
  /// Bytes of address space of that program.
  package var memoryBytes = 512 * 1_024 * 1_024

  package init() {}
}
