internal import Buffers
internal import RPCCore

/// One value of a service config, with the way to it for error messages.
struct ConfigNode {
  let value: JSONValue
  private let path: String

  init(_ value: JSONValue, _ path: String) {
    self.value = value
    self.path = path
  }

  func fault(_ expected: String) -> ServiceConfigError {
    ServiceConfigError("\(path): \(expected)")
  }

  /// The member `key`; nil when it is absent or null.
  subscript(key: String) -> ConfigNode? {
    guard let member = value[key], !member.isNull else { return nil }
    return ConfigNode(member, "\(path).\(key)")
  }

  func required(_ key: String) throws(ServiceConfigError) -> ConfigNode {
    guard let node = self[key] else { throw fault("\(key) is expected") }
    return node
  }

  /// The elements of the member `key`; none when it is absent.
  func list(_ key: String) throws(ServiceConfigError) -> [ConfigNode] {
    guard let node = self[key] else { return [] }
    return try node.items()
  }

  /// The elements of a list.
  func items() throws(ServiceConfigError) -> [ConfigNode] {
    guard let items = value.arrayValue else { throw fault("a list is expected") }
    return items.enumerated().map { ConfigNode($1, "\(path)[\($0)]") }
  }

  func string() throws(ServiceConfigError) -> String {
    guard let text = value.stringValue else { throw fault("a string is expected") }
    return text
  }

  func bool() throws(ServiceConfigError) -> Bool {
    guard let value = value.boolValue else { throw fault("true or false is expected") }
    return value
  }

  func integer(_ range: ClosedRange<Int>) throws(ServiceConfigError) -> Int {
    guard let number = value.intValue, range.contains(number) else {
      throw fault("a whole number, at least \(range.lowerBound), is expected")
    }
    return number
  }

  func number(_ range: ClosedRange<Double>) throws(ServiceConfigError) -> Double {
    guard let number = value.doubleValue, range.contains(number) else {
      throw fault("a number above 0, at most \(Int(range.upperBound)), is expected")
    }
    return number
  }

  func positiveDuration() throws(ServiceConfigError) -> Duration {
    let duration = try duration()
    guard duration > .zero else { throw fault("a duration above 0 is expected") }
    return duration
  }

  /// A google.protobuf.Duration in JSON, not negative: `1.5s`.
  func duration() throws(ServiceConfigError) -> Duration {
    let text = value.stringValue ?? ""
    let parts = text.dropLast().split(
      separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let decimals = parts.count == 2 ? parts[1] : "0"
    let digits = (parts.first ?? "") + decimals
    guard text.hasSuffix("s"), digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
      (1...9).contains(decimals.utf8.count), let whole = parts.first.flatMap({ Int64($0) }),
      whole <= 315_576_000_000,
      let fraction = Int64(decimals + String(repeating: "0", count: 9 - decimals.utf8.count))
    else { throw fault("a duration such as \"1.5s\" is expected") }
    return .seconds(whole) + .nanoseconds(fraction)
  }

  /// The status codes under `key`, by name or number.
  func codes(_ key: String) throws(ServiceConfigError) -> Set<StatusCode> {
    var codes: Set<StatusCode> = []
    for node in try list(key) {
      let named = node.value.stringValue.flatMap { name in
        (0...16).lazy.map { StatusCode(rawValue: $0) }.first { $0.description == name.uppercased() }
      }
      let numbered = node.value.intValue.flatMap { UInt8(exactly: $0) }
        .map { StatusCode(rawValue: $0) }
      guard let code = named ?? numbered, code.isKnown else {
        throw node.fault("a status code is expected")
      }
      codes.insert(code)
    }
    return codes
  }
}
