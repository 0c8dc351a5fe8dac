extension String {
  /// Characters as our limits count them: Unicode code points, which is what PostgreSQL's
  /// `char_length` counts. `count` counts what a reader sees as one, and that can be of any size.
  package var codePointCount: Int { unicodeScalars.count }
}
