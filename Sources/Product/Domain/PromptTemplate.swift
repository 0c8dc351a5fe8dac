/// Texts with `{{name}}` in them.
package enum PromptTemplate {
  private enum Piece {
    case text(Substring)
    case variable(String)
    /// Two braces that are never closed, and what follows them.
    case open(Substring)
  }

  /// `template` with each `{{name}}` replaced by the variable of that name; blanks inside the braces
  /// do not matter, and an unknown name becomes nothing, so that no braces are ever spoken.
  package static func render(_ template: String, _ variables: [String: String]) -> String {
    pieces(of: template).reduce(into: "") { result, piece in
      switch piece {
      case .text(let text), .open(let text): result += text
      case .variable(let name): result += variables[name] ?? ""
      }
    }
  }

  /// The names in `template`, in their order, as often as they stand there.
  package static func names(in template: String) -> [String] {
    pieces(of: template).compactMap { piece in
      if case .variable(let name) = piece { name } else { nil }
    }
  }

  /// Whether two braces in `template` are never closed.
  package static func isOpen(_ template: String) -> Bool {
    if case .open? = pieces(of: template).last { true } else { false }
  }

  private static func pieces(of template: String) -> [Piece] {
    var pieces: [Piece] = []
    var rest = template[...]
    while let open = rest.firstRange(of: "{{") {
      pieces.append(.text(rest[..<open.lowerBound]))
      let after = rest[open.upperBound...]
      guard let close = after.firstRange(of: "}}") else {
        return pieces + [.open(rest[open.lowerBound...])]
      }
      pieces.append(.variable(String(after[..<close.lowerBound].filter { $0 != " " })))
      rest = after[close.upperBound...]
    }
    return pieces + [.text(rest)]
  }
}
