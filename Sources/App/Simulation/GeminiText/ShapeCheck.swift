internal import Buffers

/// Holds a JSON request against `RequestShapes`, the way the service's protobuf reader does: names
/// in either case, one value where a list is expected, all faults in one answer.
struct ShapeCheck {
  /// Paths are written with snake_case names; the request itself has the empty one.
  private(set) var violations: [(field: String, description: String)] = []

  /// Throws what is wrong with a request of the message type `type`.
  static func check(_ request: JSONValue, is type: String) throws(GoogleError) {
    var check = ShapeCheck()
    check.message(request, type, at: "")
    if !check.violations.isEmpty { throw .violations(check.violations) }
  }

  /// Every member of a message.
  private mutating func message(_ value: JSONValue, _ type: String, at path: String) {
    guard let object = value.objectValue else {
      return refuse(path, is: .message(type))
    }
    for (key, member) in object {
      let (camel, snake) = Self.spellings(of: key)
      guard let shape = RequestShapes.messages[type]?[camel] else {
        refuse(key, at: path, because: "Cannot find field.")
        continue
      }
      if !member.isNull {
        field(member, shape, named: key, in: path, at: path.isEmpty ? snake : path + "." + snake)
      }
    }
  }

  /// All values of one field; `parent` is the path of its message.
  private mutating func field(
    _ value: JSONValue, _ shape: FieldShape, named key: String, in parent: String, at path: String
  ) {
    if case .list(let element) = shape {
      guard let items = value.arrayValue else { return single(value, element, at: path) }
      for (index, item) in items.enumerated() { single(item, element, at: "\(path)[\(index)]") }
    } else if value.arrayValue != nil, !shape.isAnything {
      refuse(key, at: parent, because: "Proto field is not repeating, cannot start list.")
    } else {
      single(value, shape, at: path)
    }
  }

  /// One value that is not a list.
  private mutating func single(_ value: JSONValue, _ shape: FieldShape, at path: String) {
    let isRight: Bool
    switch shape {
    case .text: isRight = value.stringValue != nil
    case .flag: isRight = value.boolValue != nil
    case .whole: isRight = value.intValue.flatMap { Int32(exactly: $0) } != nil
    case .decimal: isRight = value.doubleValue?.isFinite == true
    case .choice(_, let names): isRight = names.contains(value.stringValue?.uppercased() ?? "")
    case .message(let type): return message(value, type, at: path)
    case .map(let type): return map(value, type, at: path)
    case .list, .anything: return
    }
    if !isRight { refuse(path, is: shape, echoing: shape.mayBeEchoed ? value : nil) }
  }

  /// The messages of a map, which the service numbers.
  private mutating func map(_ value: JSONValue, _ type: String, at path: String) {
    guard let object = value.objectValue else { return refuse(path, is: .map(type)) }
    for (index, member) in object.enumerated() {
      message(member.value, type, at: "\(path)[\(index)].value")
    }
  }

  /// A member that the message does not have, or not as a list.
  private mutating func refuse(_ key: String, at path: String, because reason: String) {
    let place = path.isEmpty ? "" : " at '\(path)'"
    let start = "Invalid JSON payload received. Unknown name \"\(key)\""
    violations.append((path, "\(start)\(place): \(reason)"))
  }

  /// A value of another type than the field's.
  private mutating func refuse(
    _ path: String, is shape: FieldShape, echoing value: JSONValue? = nil
  ) {
    let echo = value.map { ", " + $0.serializedString } ?? ""
    violations.append((path, "Invalid value at '\(path)' (\(shape.name))\(echo)"))
  }

  /// A member's name in lowerCamelCase and in snake_case.
  private static func spellings(of key: String) -> (camel: String, snake: String) {
    let words = key.split(separator: "_")
    let camel = words.enumerated().map { index, word in
      index == 0 ? String(word) : word.prefix(1).uppercased() + word.dropFirst()
    }.joined()
    let snake = camel.reduce(into: "") { result, character in
      result += character.isUppercase ? "_" + character.lowercased() : String(character)
    }
    return (camel, snake)
  }
}

extension FieldShape {
  /// Whether the value may be a list or an object of any form.
  fileprivate var isAnything: Bool { if case .anything = self { true } else { false } }

  /// Prompts are text and are never repeated in an answer.
  fileprivate var mayBeEchoed: Bool {
    switch self {
    case .whole, .decimal, .choice: true
    default: false
    }
  }
}
