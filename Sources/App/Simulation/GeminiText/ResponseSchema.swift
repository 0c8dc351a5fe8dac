/// What the JSON of an answer must look like, in either dialect of the request.
struct ResponseSchema: Sendable, Equatable {
  /// The JSON type; OpenAPI writes it upper-case, JSON Schema lower-case.
  enum Kind: String, Sendable {
    case string
    case number
    case integer
    case boolean
    case array
    case object
    case null
  }

  /// A member of an object.
  struct Property: Sendable, Equatable {
    let name: String
    let schema: ResponseSchema
  }

  /// What the value is unless it is null.
  let kind: Kind
  /// Null is allowed too.
  var isNullable = false
  /// The only strings allowed; empty when all are.
  var choices: [String] = []
  /// Such as `date-time`; empty when none is given.
  var format = ""
  /// In the order in which they are written.
  var properties: [Property] = []
  /// The elements of an array: one schema, or none when nothing is said of them.
  var items: [ResponseSchema] = []
  /// The least a number may be.
  var minimum: Double?
  /// The most a number may be.
  var maximum: Double?
  /// How few elements an array may have.
  var minItems: Int?
  /// How many elements an array may have.
  var maxItems: Int?
  /// How few Unicode scalars a string may have.
  var minLength: Int?
  /// How many Unicode scalars a string may have.
  var maxLength: Int?

  /// A schema that says no more than the type.
  init(_ kind: Kind) { self.kind = kind }
}
