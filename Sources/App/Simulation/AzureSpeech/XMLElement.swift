/// An element of an XML document, with its names as they are written.
struct XMLElement: Sendable, Equatable {
  /// What stands between the tags of an element.
  enum Node: Sendable, Equatable {
    case text(String)
    case element(XMLElement)
  }

  /// With its prefix.
  let name: String
  /// In order; no name twice.
  let attributes: [(name: String, value: String)]
  /// In order, neighbouring texts as one; comments are left out.
  var children: [Node] = []

  /// The value of an attribute.
  subscript(attribute: String) -> String? {
    attributes.first { $0.name == attribute }?.value
  }

  /// Whether names, attributes in their order, and children are the same.
  static func == (a: XMLElement, b: XMLElement) -> Bool {
    a.name == b.name && a.children == b.children
      && a.attributes.elementsEqual(b.attributes) { $0 == $1 }
  }
}

/// Why a text is not well-formed XML, or not speech markup. Names no text.
package struct MarkupError: Error, Sendable, Equatable {
  /// What is wrong, in lower case.
  package let message: String

  /// An error of this message.
  init(_ message: String) { self.message = message }
}
