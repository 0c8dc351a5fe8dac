internal import Buffers

/// Reads the members of a script or fault object, and says which one is wrong.
struct MemberReader {
  let value: JSONValue
  let kind: SimulationError.Kind
  let place: String

  init(_ value: JSONValue, _ kind: SimulationError.Kind, in place: String) throws(SimulationError) {
    guard value.objectValue != nil else {
      throw SimulationError(kind, "\(place) is not an object")
    }
    self.value = value
    self.kind = kind
    self.place = place
  }

  /// Refuses members that nothing reads: a misspelt switch must not pass silently.
  func allow(only known: Set<String>) throws(SimulationError) {
    for key in value.objectValue?.keys ?? [] where !known.contains(key) {
      throw SimulationError(kind, "\(place) has no member \"\(key)\"")
    }
  }

  func text(_ key: String) throws(SimulationError) -> String? {
    try read(key, "a string") { $0.stringValue }
  }

  func flag(_ key: String) throws(SimulationError) -> Bool? {
    try read(key, "true or false") { $0.boolValue }
  }

  func number(_ key: String, in range: ClosedRange<Int>) throws(SimulationError) -> Int? {
    try read(key, "a whole number from \(range.lowerBound) to \(range.upperBound)") {
      $0.intValue.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  func decimal(_ key: String, in range: ClosedRange<Double>) throws(SimulationError) -> Double? {
    try read(key, "a number from \(range.lowerBound) to \(range.upperBound)") {
      $0.doubleValue.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// A member in milliseconds, at most one hour.
  func duration(_ key: String) throws(SimulationError) -> Duration? {
    try number(key, in: 0...3_600_000).map { .milliseconds($0) }
  }

  func list(_ key: String) throws(SimulationError) -> [JSONValue]? {
    try read(key, "an array") { $0.arrayValue }
  }

  func texts(_ key: String) throws(SimulationError) -> [String]? {
    try read(key, "an array of strings") { value in
      guard let items = value.arrayValue else { return nil }
      let texts = items.compactMap(\.stringValue)
      return texts.count == items.count ? texts : nil
    }
  }

  private func read<Value>(
    _ key: String, _ expected: String, _ convert: (JSONValue) -> Value?
  ) throws(SimulationError) -> Value? {
    guard let member = value[key], !member.isNull else { return nil }
    guard let result = convert(member) else {
      throw SimulationError(kind, "\(place).\(key) is not \(expected)")
    }
    return result
  }
}
