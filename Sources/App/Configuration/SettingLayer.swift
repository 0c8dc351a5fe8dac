internal import Buffers

/// What one source says: texts by name.
package struct SettingLayer: Sendable, Equatable {
  /// The source, as an operator would name it: "environment", ".env", a file's path.
  package let origin: String
  /// Empty texts count as unset.
  package let values: [String: String]
  /// Whether a name that no setting has is a mistake, and not somebody else's.
  package let isOurs: Bool
  /// Whether others on the machine can read it: a secret here is a mistake.
  package let isVisible: Bool

  package init(
    origin: String, values: [String: String], isOurs: Bool = false, isVisible: Bool = false
  ) {
    self.origin = origin
    self.values = values.filter { !$0.value.isEmpty }
    self.isOurs = isOurs
    self.isVisible = isVisible
  }
}

extension SettingLayer {
  /// A JSON object of names with texts, numbers, booleans or null; a configuration file or a secret.
  package init(origin: String, json: [UInt8], isOurs: Bool) throws(SettingsError) {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: json, maxDepth: 2)
    } catch {
      throw SettingsError("\(origin) is not valid JSON")
    }
    guard let object = value.objectValue else {
      throw SettingsError("\(origin) is not a JSON object")
    }
    var values: [String: String] = [:]
    var problems: [String] = []
    for (name, value) in object {
      switch value {
      case .string(let text): values[name] = text
      case .number(let number): values[name] = number.text
      case .bool(let flag): values[name] = flag ? "true" : "false"
      case .null: break
      case .array, .object:
        problems.append("\(name) in \(origin) must be a text, a number or a boolean")
      }
    }
    if !problems.isEmpty { throw SettingsError(problems) }
    self.init(origin: origin, values: values, isOurs: isOurs)
  }

  /// The lines of a `.env` file.
  package init(origin: String, environmentFile text: String) throws(SettingsError) {
    do throws(EnvironmentFile.Fault) {
      self.init(origin: origin, values: try EnvironmentFile.parse(text))
    } catch {
      throw SettingsError("\(origin), line \(error.line): \(error.message)")
    }
  }
}

/// Why settings do not hold, one sentence each. Names settings and sources, never values.
package struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
  package let problems: [String]

  package init(_ problems: [String]) { self.problems = problems }
  package init(_ problem: String) { problems = [problem] }

  package var description: String { problems.joined(separator: "\n") }
}
