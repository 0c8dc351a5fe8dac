internal import HTTP
internal import Protobuf
internal import RPCCore
internal import RPCProtobuf
internal import Schema
internal import TestSchema
internal import Transcoding

private typealias Everything = PayaidTest.V1.Everything

extension FuzzEntry {
  static let pathTemplates = FuzzEntry(
    name: "path-template",
    summary: "a template and a path, one a line: the trie agrees with the grammar read slowly",
    run: { (bytes) throws(Violation) in
      let lines = bytes.split(separator: 10, maxSplits: 1, omittingEmptySubsequences: false)
      guard let text = String(validating: lines[0], as: UTF8.self),
        let template = try? PathTemplate(text)
      else { return }
      try render(template)
      guard lines.count == 2, let path = String(validating: lines[1], as: UTF8.self),
        !path.utf8.contains(UInt8(ascii: "?")), let edge = try? edge(text)
      else { return }
      try match(template, edge, path)
    })

  static let queries = FuzzEntry(
    name: "rest-query",
    summary: "a query string on a message with every kind of field: bound whole, or refused as 400",
    run: { (bytes) throws(Violation) in
      guard let query = String(validating: bytes, as: UTF8.self) else { return }
      guard let edge = queryEdge else { throw Violation("the rule does not compile") }
      switch edge.match(method: "GET", target: "/q?" + query, headers: HTTPHeaders()) {
      case .call(let call): try request(call)
      case .failed(let failure): try requireRefusal(failure)
      case .notFound, .methodNotAllowed: throw Violation("a query changes what a path leads to")
      }
    })
}

private let queryEdge = try? edge("/q")

/// One method that takes every kind of field, at `template`.
private func edge(_ template: String) throws(TranscodingError) -> RESTEdge {
  let type = Everything.messageType
  let binding = MethodBinding(
    method: MethodDescriptor(service: "test.Fuzz", name: "Do", kind: .unary), input: type,
    output: type, http: [HTTPRule("GET", template)])
  return try RESTEdge([ServiceBinding(name: "test.Fuzz", file: type.file, methods: [binding])])
}

/// A request's message is one that its method can read.
private func request(_ call: TranscodedCall) throws(Violation) {
  let message: [UInt8]
  do throws(RESTFailure) {
    message = try call.request(body: [])
  } catch { return try requireRefusal(error) }
  _ = try mustWork("a bound message cannot be read") { try Everything(serializedBytes: message) }
}

private func requireRefusal(_ failure: RESTFailure) throws(Violation) {
  try requireEqual(failure.error.code, .invalidArgument, "a refusal blames somebody else")
}

private func match(
  _ template: PathTemplate, _ edge: RESTEdge, _ path: String
) throws(Violation) {
  let isDescribed = describes(template, Array(path.utf8))
  switch edge.match(method: "GET", target: path, headers: HTTPHeaders()) {
  case .call(let call):
    try require(isDescribed != false, "a path is found that the template does not describe")
    try request(call)
  case .failed(let failure):
    try require(isDescribed != false, "a path is refused that the template does not describe")
    try requireRefusal(failure)
  case .notFound: try require(isDescribed != true, "a path is not found")
  case .methodNotAllowed: throw Violation("the rule's own method is not allowed")
  }
}

/// Whether `template` describes `path`; nil when an escape in it is broken, wherever that is.
private func describes(_ template: PathTemplate, _ path: [UInt8]) -> Bool? {
  guard path.first == UInt8(ascii: "/") else { return false }
  var raw = path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
  guard raw.allSatisfy({ PercentCoding.decode($0) != nil }) else { return nil }
  if let verb = template.verb {
    guard let last = raw.last, last.reversed().starts(with: ":\(verb)".utf8.reversed())
    else { return false }
    raw[raw.count - 1] = last.dropLast(verb.utf8.count + 1)
  }
  let decoded = raw.map { PercentCoding.decode($0) }
  guard decoded.allSatisfy({ $0 != nil }) else { return nil }
  for (index, segment) in template.segments.enumerated() {
    if segment == .rest { return !decoded[min(index, decoded.count)...].contains([]) }
    guard index < decoded.count, let text = decoded[index], !text.isEmpty else { return false }
    if case .literal(let literal) = segment, !text.elementsEqual(literal.utf8) { return false }
  }
  return decoded.count == template.segments.count
}

/// A template written from its parts is the same template.
private func render(_ template: PathTemplate) throws(Violation) {
  var text = ""
  for (index, segment) in template.segments.enumerated() {
    text += "/"
    for variable in template.variables where variable.start == index {
      text += "{\(variable.name)="
    }
    switch segment {
    case .literal(let literal): text += PercentCoding.encode(literal)
    case .one: text += "*"
    case .rest: text += "**"
    }
    let isLast = index + 1 == template.segments.count
    for variable in template.variables
    where variable.end == index + 1 || (variable.end == nil && isLast) {
      text += "}"
    }
  }
  if let verb = template.verb { text += ":" + PercentCoding.encode(verb) }
  guard let again = try? PathTemplate(text) else { throw Violation("\(text) is no template") }
  try requireEqual(again.segments, template.segments, "segments change in \(text)")
  try requireEqual(again.variables, template.variables, "variables change in \(text)")
  try requireEqual(again.verb, template.verb, "the verb changes in \(text)")
}
