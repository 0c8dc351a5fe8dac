/// What the JSON form of one protobuf field may be.
indirect enum FieldShape: Sendable {
  /// A string.
  case text
  /// `true` or `false`.
  case flag
  /// An int32, which may be written as a string.
  case whole
  /// A float, which may be written as a string.
  case decimal
  /// The name of an enumeration, in either case.
  case choice(String, Set<String>)
  /// A message of `RequestShapes`.
  case message(String)
  /// A repeated field; one value stands for a list of one.
  case list(FieldShape)
  /// String keys and messages of one type.
  case map(String)
  /// Not looked into.
  case anything

  /// How the service's error messages call the type.
  var name: String {
    switch self {
    case .text: "TYPE_STRING"
    case .flag: "TYPE_BOOL"
    case .whole: "TYPE_INT32"
    case .decimal: "TYPE_FLOAT"
    case .choice(let name, _), .message(let name), .map(let name): Self.typeName(name)
    case .list(let element): element.name
    case .anything: "type.googleapis.com/google.protobuf.Value"
    }
  }

  /// The messages of Gemini are named without their package.
  private static func typeName(_ name: String) -> String {
    "type.googleapis.com/"
      + (name.contains(".") ? name : "google.ai.generativelanguage.v1beta." + name)
  }
}
