/// How ProtoJSON is written and read. The defaults are the strict ones of the specification.
public struct JSONOptions: Sendable {
  /// Names a member no field has: step over it instead of refusing.
  public var ignoresUnknownFields = false
  /// Write proto names in place of lowerCamelCase ones.
  public var usesProtoNames = false
  /// Write fields without presence also at their default.
  public var emitsDefaults = false
  /// Write enums as numbers.
  public var writesEnumsAsNumbers = false
  /// How deep the JSON may nest.
  public var depth = 100
  /// What an `Any` may hold; nil for what the type's own file and its imports declare.
  public var types: TypeRegistry?

  /// The defaults.
  public init() {}

  /// The defaults with unknown members stepped over.
  public static var lenient: JSONOptions {
    var options = JSONOptions()
    options.ignoresUnknownFields = true
    return options
  }
}
