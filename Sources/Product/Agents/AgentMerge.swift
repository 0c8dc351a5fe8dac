internal import Buffers
internal import Domain
internal import Protobuf
internal import Schema

/// Field masks on agents (AIP-134, 161): paths may lead into messages and name a key of a map.
enum AgentMerge {
  typealias Agent = Payaid.Voice.V1.Agent

  private static let outputOnly: Set<String> = [
    "agentId", "createTime", "updateTime", "etag", "publishedVersion", "hasDraftChanges",
  ]

  /// `current` with the fields that `paths` names taken from `new`; without paths, those that are
  /// set in `new`; `*` is every field. Throws `invalidArgument` naming each path that is no field.
  static func merged(_ current: Agent, _ new: Agent, paths: [String]) throws -> Agent {
    if paths == ["*"] { return new }
    let given = try JSONValue(parsing: try new.json())
    var violations = FieldViolations()
    var names: [[String]] = []
    for path in paths {
      if let found = memberNames(path) {
        names.append(found)
      } else {
        violations.add("updateMask", "\"\(path.prefix(64))\" is no field of an agent")
      }
    }
    try violations.throwIfAny()
    if paths.isEmpty { names = given.objectValue?.keys.map { [$0] } ?? [] }
    var result: JSONValue? = try JSONValue(parsing: try current.json())
    for path in names where !outputOnly.contains(path[0]) {
      result = copy(given, into: result, path[...])
    }
    return try Agent(json: (result ?? [:]).serialized())
  }

  /// The JSON names of the fields along `path`; `nil` when it is no path.
  private static func memberNames(_ path: String) -> [String]? {
    var type: MessageType? = Agent.messageType
    var names: [String] = []
    let parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    for (index, part) in parts.enumerated() {
      guard let field = type?.field(named: part) else { return nil }
      names.append(field.jsonName)
      let rest = parts[(index + 1)...]
      if field.isMap, !rest.isEmpty { return names + [rest.joined(separator: ".")] }
      type = field.isRepeated ? nil : field.messageType
    }
    return names
  }

  /// `target` with what stands in `source` at `path`, or without it where nothing does.
  private static func copy(
    _ source: JSONValue?, into target: JSONValue?, _ path: ArraySlice<String>
  ) -> JSONValue? {
    guard let name = path.first else { return source }
    var object = target?.objectValue ?? JSONObject()
    object[name] = copy(source?[name], into: object[name], path.dropFirst())
    return .object(object)
  }
}
