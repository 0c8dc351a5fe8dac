internal import Buffers
internal import Protobuf
package import VoiceAPI

/// The variables that an agent declares, and the values that a call gives them.
package enum TemplateVariables {
  package typealias Declaration = Payaid.Voice.V1.TemplateVariable

  /// Notes each required variable without a value, and each value that is not of its variable's type,
  /// at `path.name`. A value without a declaration is let pass: no text can name it.
  package static func check(
    _ values: [String: String], against declared: [Declaration], path: String,
    _ violations: inout FieldViolations
  ) {
    for variable in declared {
      let field = "\(path).\(variable.name)"
      if let value = values[variable.name] {
        if let fault = fault(of: value, as: variable.type) { violations.add(field, fault) }
      } else if variable.required {
        violations.add(field, "is needed: the agent's texts ask for it")
      }
    }
  }

  /// `values`, with defaults where a declared variable has none.
  package static func completed(
    _ values: [String: String], _ declared: [Declaration]
  ) -> [String: String] {
    declared.reduce(into: values) { result, variable in
      if let value = variable.defaultValue, result[variable.name] == nil {
        result[variable.name] = value
      }
    }
  }

  /// What keeps `value` from being of `type`; `nil` when nothing does. Never quotes the value.
  package static func fault(of value: String, as type: Declaration.Type_) -> String? {
    let length = value.codePointCount
    if length > 1_000 { return "has \(length) characters; the limit is 1,000" }
    switch type {
    case .number: return isNumber(value) ? nil : "must be a decimal number, as in \"-3.50\""
    case .boolean: return ["true", "false"].contains(value) ? nil : "must be \"true\" or \"false\""
    case .date: return CivilDate(value) != nil ? nil : "must be a day, as in \"2026-11-28\""
    default: return nil
    }
  }

  /// Whether `name` can stand in braces: a letter or underscore, then those and digits; at most 64.
  package static func isName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    guard (1...64).contains(bytes.count), !isDigit(bytes[0]) else { return false }
    return bytes.allSatisfy {
      ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || isDigit($0) || $0 == UInt8(ascii: "_")
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isNumber(_ text: String) -> Bool {
    let unsigned = text.hasPrefix("-") ? text.dropFirst() : text[...]
    let parts = unsigned.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) }) else {
      return false
    }
    return parts[0].count <= 15 && (parts.count == 1 || parts[1].count <= 9)
  }
}
