/// A sentence of a page: words of ours and, told apart from them, what others wrote.
struct ConsentLine: Sendable, Hashable {
  private enum Piece: Sendable, Hashable {
    case ours(String)
    case filled(String)
  }

  private let pieces: [Piece]

  /// The sentence of a template in which `{name}` stands for a fact of that name. Facts are put in as
  /// they are: braces in them stand for themselves. A name that is no fact's is our bug and traps.
  init(_ template: String, _ facts: [String: String] = [:]) {
    var pieces: [Piece] = []
    var rest = Substring(template)
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      let name = String(rest[rest.index(after: open)..<close])
      guard let fact = facts[name] else {
        preconditionFailure("our bug: no fact is called \(name)")
      }
      pieces += [.ours(String(rest[..<open])), .filled(fact)]
      rest = rest[rest.index(after: close)...]
    }
    self.pieces = pieces + [.ours(String(rest))]
  }

  /// As it reads.
  var text: String {
    pieces.map { piece in
      switch piece {
      case .ours(let text), .filled(let text): text
      }
    }.joined()
  }

  /// As a browser shows it. What was filled in cannot turn the direction of the words around it.
  var html: HTML {
    HTML(
      joining: pieces.map { piece in
        switch piece {
        case .ours(let text): "\(text)"
        case .filled(let text): "<bdi>\(text)</bdi>"
        }
      })
  }
}
