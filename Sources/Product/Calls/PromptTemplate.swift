/// Texts with `{{name}}` in them.
enum PromptTemplate {
  /// `template` with each `{{name}}` replaced by the variable of that name; blanks inside the braces
  /// do not matter, and an unknown name becomes nothing, so that no braces are ever spoken.
  static func render(_ template: String, _ variables: [String: String]) -> String {
    var result = ""
    var rest = template[...]
    while let open = rest.firstRange(of: "{{") {
      result += rest[..<open.lowerBound]
      let after = rest[open.upperBound...]
      guard let close = after.firstRange(of: "}}") else {
        return result + rest[open.lowerBound...]
      }
      let name = after[..<close.lowerBound].filter { $0 != " " }
      result += variables[String(name)] ?? ""
      rest = after[close.upperBound...]
    }
    return result + rest
  }
}
