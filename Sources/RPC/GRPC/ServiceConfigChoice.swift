internal import Buffers

/// Which of the service configs in a DNS record is for this client (gRFC A2).
package enum ServiceConfigChoice {
  /// Where a host's record is found: in front of its name.
  package static let prefix = "_grpc_config."

  private static let attribute = Array("grpc_config=".utf8)
  private static let language = "swift"

  /// The config of the first choice that fits; nil when no record has one.
  ///
  /// `records` are the texts of the name. `lot` is this client's own, 0 to 99, drawn once: a choice for
  /// a percentage fits those below it. Throws for a record that cannot be read, so that what was in
  /// force stays.
  package static func config(
    in records: [[UInt8]], hostname: String, lot: Int
  ) throws(ServiceConfigError) -> ServiceConfig? {
    guard let record = records.first(where: { $0.starts(with: attribute) }) else { return nil }
    let list: ConfigNode
    do {
      list = ConfigNode(
        try JSONValue(parsing: Array(record.dropFirst(attribute.count))), "grpc_config")
    } catch {
      throw ServiceConfigError("the service config in DNS is not JSON: \(error)")
    }
    for choice in try list.items() where try fits(choice, hostname, lot) {
      return try ServiceConfig(try choice.required("serviceConfig"))
    }
    return nil
  }

  private static func fits(
    _ choice: ConfigNode, _ hostname: String, _ lot: Int
  ) throws(ServiceConfigError) -> Bool {
    let isOfLanguage = try names(choice, "clientLanguage", language)
    let isOfHost = try names(choice, "clientHostname", hostname)
    let percentage = try choice["percentage"]?.integer(0...100) ?? 100
    return isOfLanguage && isOfHost && lot < percentage
  }

  /// Whether the list under `key` has `name`, or there is none.
  private static func names(
    _ choice: ConfigNode, _ key: String, _ name: String
  ) throws(ServiceConfigError) -> Bool {
    let list = try choice.list(key)
    guard !list.isEmpty else { return true }
    for node in list where try node.string().lowercased() == name.lowercased() { return true }
    return false
  }
}
