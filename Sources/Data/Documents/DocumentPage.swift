/// A page's text.
package struct DocumentPage: Sendable, Equatable {
  /// From 1 in a PDF; 0 where there are no pages.
  package var number: Int
  /// Without blanks at its ends; never empty.
  package var text: String

  package init(number: Int, text: String) {
    self.number = number
    self.text = text
  }
}
