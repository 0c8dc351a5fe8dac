internal import Buffers

/// Reads the members of a Pinecone request, and says which one is wrong; values are never repeated.
struct BodyReader {
  /// The object that is read.
  let value: JSONValue
  /// What a wrong form of it is: the planes differ.
  let fault: PineconeError.Code

  /// Reads a body; an empty one is an object without members.
  init(_ body: [UInt8], _ fault: PineconeError.Code = .invalidArgument) throws(PineconeError) {
    let parsed = body.isEmpty ? [:] : try? JSONValue(parsing: body)
    guard let parsed else { throw .invalid("the body is not valid JSON") }
    try self.init(parsed, "the body", fault)
  }

  /// Reads the object `value`, called `name` in errors.
  init(
    _ value: JSONValue, _ name: String, _ fault: PineconeError.Code = .invalidArgument
  ) throws(PineconeError) {
    guard value.objectValue != nil else { throw PineconeError(fault, "\(name) is not an object") }
    self.value = value
    self.fault = fault
  }

  /// Refuses members of other names, also of these in another case.
  func allow(only known: Set<String>) throws(PineconeError) {
    for key in value.objectValue?.keys ?? [] where !known.contains(key) {
      throw PineconeError(fault, "unknown field `\(key)`")
    }
  }

  /// A string, if it is there; so are the readers below.
  func text(_ key: String) throws(PineconeError) -> String? {
    try read(key, "a string") { $0.stringValue }
  }

  /// True or false.
  func flag(_ key: String) throws(PineconeError) -> Bool? {
    try read(key, "a boolean") { $0.boolValue }
  }

  /// A whole number.
  func whole(_ key: String) throws(PineconeError) -> Int? {
    try read(key, "a whole number") { $0.intValue }
  }

  /// An array of anything.
  func list(_ key: String) throws(PineconeError) -> [JSONValue]? {
    try read(key, "an array") { $0.arrayValue }
  }

  /// An object of anything.
  func object(_ key: String) throws(PineconeError) -> JSONObject? {
    try read(key, "an object") { $0.objectValue }
  }

  /// An array of strings alone.
  func texts(_ key: String) throws(PineconeError) -> [String]? {
    try read(key, "an array of strings") { Self.all($0, \.stringValue) }
  }

  /// Numbers that a float can hold.
  func floats(_ key: String) throws(PineconeError) -> [Float]? {
    try read(key, "an array of numbers") { Self.all($0, \.floatValue) }
  }

  /// A member of the body that must be there.
  func required<Value>(_ key: String, _ member: Value?) throws(PineconeError) -> Value {
    guard let member else { throw PineconeError(fault, "missing field `\(key)`") }
    return member
  }

  /// All elements converted, or nil where one cannot be.
  private static func all<Element>(
    _ value: JSONValue, _ convert: (JSONValue) -> Element?
  ) -> [Element]? {
    guard let items = value.arrayValue else { return nil }
    let elements = items.compactMap(convert)
    return elements.count == items.count ? elements : nil
  }

  /// A member that is there and not null; `expected` names its form.
  private func read<Value>(
    _ key: String, _ expected: String, _ convert: (JSONValue) -> Value?
  ) throws(PineconeError) -> Value? {
    guard let member = value[key], !member.isNull else { return nil }
    guard let result = convert(member) else {
      throw PineconeError(fault, "`\(key)` is not \(expected)")
    }
    return result
  }
}

extension JSONValue {
  /// A number, not a text that spells one, that a float can hold.
  var floatValue: Float? {
    guard case .number(let number) = self, let value = Float(number.text), value.isFinite else {
      return nil
    }
    return value
  }

  /// The shortest number that reads back as `value`; null when it is infinite or not a number.
  static func float(_ value: Float) -> JSONValue {
    Double(value.description).flatMap { JSONNumber($0) }.map { .number($0) } ?? .null
  }
}
