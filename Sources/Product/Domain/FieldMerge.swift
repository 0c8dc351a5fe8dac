internal import RPCCore

/// Field masks on one kind of message (AIP-134, 161).
package struct FieldMerge<Message: Sendable>: Sendable {
  /// One updatable field, by its path of proto names, and how it is copied.
  package struct Field: Sendable {
    fileprivate let path: String
    fileprivate let copy: @Sendable (Message, inout Message) -> Void
    fileprivate let differs: @Sendable (Message, Message) -> Bool

    package init<Value: Equatable & SendableMetatype>(
      _ name: String, path: any WritableKeyPath<Message, Value> & Sendable
    ) {
      self.path = name
      copy = { $1[keyPath: path] = $0[keyPath: path] }
      differs = { $0[keyPath: path] != $1[keyPath: path] }
    }
  }

  private let what: String
  private let fields: [Field]
  private let outputOnly: Set<String>

  /// A mask on a message called `what` in errors. Paths in `outputOnly` are taken and do nothing.
  package init(_ what: String, _ fields: [Field], outputOnly: Set<String>) {
    self.what = what
    self.fields = fields
    self.outputOnly = outputOnly
  }

  /// `current` with the fields that `paths` names taken from `new`; without paths, those in which
  /// `new` differs from `empty`; `*` is every field, and a path all fields below it. Throws
  /// `invalidArgument` for a path that is no field.
  package func merged(
    _ current: Message, _ new: Message, empty: Message, paths: [String]
  ) throws -> Message {
    var result = current
    if paths.isEmpty {
      for field in fields where field.differs(new, empty) { field.copy(new, &result) }
      return result
    }
    for path in paths {
      let name = Self.protoName(path)
      if outputOnly.contains(name) { continue }
      let meant = fields.filter { name == "*" || $0.path == name || $0.path.hasPrefix(name + ".") }
      guard !meant.isEmpty else {
        throw RPCError(
          .invalidArgument, "update_mask: \"\(path.prefix(64))\" is no field of a \(what)")
      }
      for field in meant { field.copy(new, &result) }
    }
    return result
  }

  /// `webhookUrl` as `webhook_url`: masks come in either spelling.
  private static func protoName(_ path: String) -> String {
    path.reduce(into: "") { name, character in
      if character.isASCII, character.isUppercase {
        name += "_" + character.lowercased()
      } else {
        name.append(character)
      }
    }
  }
}
