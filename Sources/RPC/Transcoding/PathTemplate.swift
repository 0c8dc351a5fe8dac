/// One path template of `google.api.http`, flattened into the segments it matches.
///
/// ```
/// Template  = "/" Segments [ Verb ]
/// Segments  = Segment { "/" Segment }
/// Segment   = "*" | "**" | LITERAL | Variable
/// Variable  = "{" FieldPath [ "=" Segments ] "}"
/// FieldPath = IDENT { "." IDENT }
/// Verb      = ":" LITERAL
/// ```
/// `*` takes one non-empty segment, `**` any number and only as the last one. A literal is kept
/// percent-decoded, since it is compared with decoded segments.
package struct PathTemplate: Sendable, Equatable {
  package enum Segment: Sendable, Hashable {
    case literal(String)
    case one
    case rest
  }

  /// A field of the request that takes part of the path.
  package struct Variable: Sendable, Equatable {
    package let fieldPath: [String]
    /// The first of its segments.
    package let start: Int
    /// The segment after its last one; nil when it ends in `**` and so runs to the end.
    package let end: Int?
    /// Whether it can hold a slash, so that an escaped slash has to stay escaped.
    package let isMultiSegment: Bool

    package var name: String { fieldPath.joined(separator: ".") }
  }

  package let text: String
  package let segments: [Segment]
  package let variables: [Variable]
  package let verb: String?

  /// Reads `text`; the error's column is where the grammar was left.
  package init(_ text: String) throws(TranscodingError) {
    var parser = try PathParser(text)
    self = try parser.template()
  }

  init(text: String, segments: [Segment], variables: [Variable], verb: String?) {
    self.text = text
    self.segments = segments
    self.variables = variables
    self.verb = verb
  }
}
