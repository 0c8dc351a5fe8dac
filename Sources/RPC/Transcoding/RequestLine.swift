internal import Protobuf

/// What path and query say about a request message, serialized.
struct RequestLine: Sendable {
  /// Fields below the body's field, as a message of that field's type.
  let insideBody: [UInt8]
  /// All other fields, as a message of the request's type.
  let outsideBody: [UInt8]
  /// What the path bound, for comparison with the body.
  let pathValues: [(path: FieldPath, text: String)]

  /// Whether path and query say anything at all.
  var saysAnything: Bool { !pathValues.isEmpty || !outsideBody.isEmpty || !insideBody.isEmpty }

  private init(
    insideBody: [UInt8] = [], outsideBody: [UInt8] = [],
    pathValues: [(path: FieldPath, text: String)] = []
  ) {
    self.insideBody = insideBody
    self.outsideBody = outsideBody
    self.pathValues = pathValues
  }

  init(
    _ rule: Rule, segments: [ArraySlice<UInt8>], query: ArraySlice<UInt8>, maxPairs: Int
  ) throws(RESTFailure) {
    if segments.isEmpty, query.isEmpty, rule.variables.isEmpty {
      self.init()
      return
    }
    guard let values = rule.template.values(in: segments) else {
      throw .invalid("BAD_PATH", "the path is not percent-encoded UTF-8 text")
    }
    var pathValues: [(path: FieldPath, text: String)] = []
    pathValues.reserveCapacity(values.count)
    for index in 0..<values.count { pathValues.append((rule.variables[index], values[index])) }
    var outside = TextBindings(rule.input)
    var inside: TextBindings?
    var bodyField: FieldType?
    if case .field(let field) = rule.body {
      bodyField = field
      inside = field.messageType.map { TextBindings($0) }
      try outside.claim(FieldPath(single: field), key: field.name)
    }
    for (path, text) in pathValues {
      if let bodyField, path.first.name == bodyField.name {
        try inside?.bind(path.belowFirst, to: text, key: path.jsonName)
      } else {
        try outside.bind(path, to: text, key: path.jsonName)
      }
    }
    try Self.bind(query, rule, bodyField, maxPairs, into: &outside)
    try self.init(
      insideBody: inside?.serialized() ?? [], outsideBody: outside.serialized(),
      pathValues: pathValues)
  }

  private static func bind(
    _ query: ArraySlice<UInt8>, _ rule: Rule, _ bodyField: FieldType?, _ maxPairs: Int,
    into bindings: inout TextBindings
  ) throws(RESTFailure) {
    for pair in try pairs(query, maxPairs) {
      if case .whole = rule.body {
        throw .invalid(
          "UNEXPECTED_QUERY", "this method takes its fields in the body, not in the query",
          field: pair.key)
      }
      let path = try path(pair.key, rule.input)
      if let bound = rule.variables.first(where: { $0.overlaps(path) }) {
        throw .invalid(
          "BOUND_BY_PATH", "\"\(bound.jsonName)\" is given by the path", field: pair.key)
      }
      if path.first.name == bodyField?.name {
        throw .invalid(
          "BOUND_BY_BODY", "\"\(pair.key)\" belongs into the body", field: pair.key)
      }
      try bindings.bind(path, to: pair.value, key: pair.key)
    }
  }

  private static func path(_ key: String, _ type: MessageType) throws(RESTFailure) -> FieldPath {
    let names = key.split(separator: ".", omittingEmptySubsequences: false)
    do {
      return try FieldPath(names, in: type)
    } catch {
      throw .invalid("UNKNOWN_PARAMETER", "query parameter \"\(key)\" \(error.message)", field: key)
    }
  }

  private static func pairs(
    _ query: ArraySlice<UInt8>, _ limit: Int
  ) throws(RESTFailure) -> [QueryParser.Pair] {
    do {
      return try QueryParser.pairs(query, limit: limit)
    } catch {
      switch error {
      case .badEscape(let position):
        throw .invalid("BAD_QUERY", "parameter \(position) has a broken percent escape")
      case .notText(let position):
        throw .invalid("BAD_QUERY", "parameter \(position) is not UTF-8 text without NUL")
      case .tooManyPairs(let limit):
        throw .invalid("BAD_QUERY", "more than \(limit) query parameters")
      }
    }
  }
}
