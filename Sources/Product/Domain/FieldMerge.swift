internal import Buffers
package import Protobuf

/// Field masks on one kind of message (AIP-134, 161): paths may lead into messages and name a key of
/// a map, in proto or JSON names.
package struct FieldMerge<Message: ProtobufMessage>: Sendable {
  private let what: String
  private let outputOnly: [[String]]

  /// A mask on messages called `what` in errors, as in "an agent". The fields at the paths `outputOnly`
  /// stay as they are, whether a mask names them or not.
  package init(_ what: String, outputOnly: [String]) {
    self.what = what
    self.outputOnly = outputOnly.map { path in
      guard let names = Self.memberNames(path) else {
        preconditionFailure("\(path) is no field of \(Message.messageType.fullName)")
      }
      return names
    }
  }

  /// `current` with the fields that `paths` names taken from `new`; without paths, those that are
  /// set in `new`; `*` is every field. Throws `invalidArgument` naming each path that is no field.
  package func merged(_ current: Message, _ new: Message, paths: [String]) throws -> Message {
    let given = try JSONValue(parsing: try new.storableJSON())
    let old = try JSONValue(parsing: try current.json())
    let names =
      paths == ["*"] ? [[]] : paths.isEmpty ? Self.leaves(given) : try memberNames(paths)
    var result: JSONValue? = old
    for path in names { result = Self.copy(given, into: result, path[...]) }
    for path in outputOnly { result = Self.copy(old, into: result, path[...]) }
    return try Message(json: (result ?? [:]).serialized())
  }

  private func memberNames(_ paths: [String]) throws -> [[String]] {
    var violations = FieldViolations()
    let names = paths.compactMap { path in
      let found = Self.memberNames(path)
      violations.require(
        found != nil, "updateMask", "\"\(path.prefix(64))\" is no field of \(what)")
      return found
    }
    try violations.throwIfAny()
    return names
  }

  /// The JSON names of the fields along `path`; `nil` when it is no path.
  private static func memberNames(_ path: String) -> [String]? {
    var type: MessageType? = Message.messageType
    var names: [String] = []
    let parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    for (index, part) in parts.enumerated() {
      guard let field = type?.field(named: part) else { return nil }
      names.append(field.jsonName)
      let rest = parts[(index + 1)...]
      if field.isMap, !rest.isEmpty { return names + [rest.joined(separator: ".")] }
      type = members(of: field)
    }
    return names
  }

  /// The paths to what is set in `value`: single fields, whole lists and whole maps.
  private static func leaves(
    _ value: JSONValue, _ type: MessageType? = Message.messageType
  ) -> [[String]] {
    (value.objectValue ?? JSONObject()).flatMap { name, inner in
      let type = type?.field(named: name).flatMap(members)
      return type == nil ? [[name]] : leaves(inner, type).map { [name] + $0 }
    }
  }

  /// The type into which a path may lead on from a field: not into lists, nor into messages with a
  /// JSON form of their own.
  private static func members(of field: FieldType) -> MessageType? {
    guard !field.isRepeated, let type = field.messageType,
      !type.fullName.hasPrefix("google.protobuf.")
    else { return nil }
    return type
  }

  /// `target` with what stands in `source` at `path`, or without it where nothing does.
  private static func copy(
    _ source: JSONValue?, into target: JSONValue?, _ path: ArraySlice<String>
  ) -> JSONValue? {
    guard let name = path.first else { return source }
    guard source != nil || target != nil else { return nil }
    var object = target?.objectValue ?? JSONObject()
    object[name] = copy(source?[name], into: object[name], path.dropFirst())
    return .object(object)
  }
}
